/**
 * The bar of what an operator may order, and the dialogs that ask before it is sent.
 *
 * Promises: every button says what it does, and goes on doing that where it stands: a second press is
 * the same order again; what moves money is confirmed; the token's field is emptied once it is sent; who
 * presses by keyboard stays at the button. Never: sends by itself.
 */
import { html, nothing, type TemplateResult } from 'lit-html';
import { ref } from 'lit-html/directives/ref.js';
import type { ActionName, LampId, Status } from '../view.ts';
import type { Hands, Prompt, Scene } from './scene.ts';

const LABELS: Readonly<Record<ActionName, string>> = {
  pause: 'Pause',
  resume: 'Resume',
  flatten: 'Flatten …',
  'kill-switch-on': 'Kill switch on …',
  'kill-switch-off': 'Kill switch off …',
  checkpoint: 'Checkpoint now',
  verify: 'Verify all files',
};

const EXPLAINED: Readonly<Record<ActionName, string>> = {
  pause: 'No new entries until it is resumed; open positions keep their stops',
  resume: 'Takes entries again, and calls the rest of a flatten off',
  flatten: 'Closes every position at the market, and pauses',
  'kill-switch-on': 'No new entries until the switch is off; open positions keep their stops',
  'kill-switch-off': 'Takes entries again, unless something else holds them back',
  checkpoint: 'Saves every component to its file',
  verify: 'Reads every file again and compares it with its hash',
};

export function actionButton(
  { busy, model }: Scene,
  hands: Hands,
  { action, isOpen = true }: { readonly action: ActionName; readonly isOpen?: boolean },
): TemplateResult {
  const isGrave = action === 'flatten' || action === 'kill-switch-on';
  const isIdle = busy === null && model?.status.ended == null && isOpen;
  return html`
    <button
      type="button"
      class=${isGrave ? 'grave' : ''}
      title=${EXPLAINED[action]}
      aria-disabled=${!isIdle}
      @click=${() => isIdle && hands.act(action)}
    >
      ${busy === action ? `${LABELS[action].replace(' …', '')} …` : LABELS[action]}
    </button>
  `;
}

const isOn = (status: Status, id: LampId): boolean =>
  status.lamps.some(lamp => lamp.id === id && lamp.on);

export function operatorBar(scene: Scene, status: Status, hands: Hands): TemplateResult {
  const isHeld = isOn(status, 'paused') || isOn(status, 'flattening');
  const isKilled = isOn(status, 'kill_switch');
  const { answer, signedIn } = scene;
  return html`
    <section class="operator" aria-label="Operator">
      ${actionButton(scene, hands, { action: 'pause', isOpen: !isHeld })}
      ${actionButton(scene, hands, { action: 'resume', isOpen: isHeld })}
      ${actionButton(scene, hands, { action: 'flatten' })}
      ${actionButton(scene, hands, { action: isKilled ? 'kill-switch-off' : 'kill-switch-on' })}
      <p role="status" class=${answer?.ok === false ? 'answer bad' : 'answer'}>
        ${answer === null ? nothing : `${answer.ok ? '✓' : '✕'} ${answer.text}`}
      </p>
      ${
        signedIn
          ? html`<button type="button" class="quiet" @click=${hands.signOut}>Sign out</button>`
          : nothing
      }
    </section>
  `;
}

/** One dialog: closed while there is nothing to ask. */
export const promptDialog = ({ prompt }: Scene, hands: Hands): TemplateResult => html`
  <dialog
    aria-labelledby="prompt-title"
    ${ref(element => element && queueMicrotask(() => open(element as HTMLDialogElement, prompt)))}
    @cancel=${hands.dismiss}
    @close=${hands.dismiss}
  >
    ${prompt?.kind === 'token' ? tokenForm(prompt, hands) : nothing}
    ${prompt?.kind === 'confirm' ? confirmForm(prompt.action, hands) : nothing}
  </dialog>
`;

function open(dialog: HTMLDialogElement, prompt: Prompt | null): void {
  if (prompt === null) dialog.close();
  else if (!dialog.open) dialog.showModal();
}

function tokenForm(prompt: Prompt & { kind: 'token' }, hands: Hands): TemplateResult {
  const send = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('token') as HTMLInputElement;
    hands.giveToken(field.value);
    field.value = '';
  };
  return html`
    <form @submit=${send}>
      <h2 id="prompt-title">Who is there?</h2>
      <p>
        The bot's token is needed once. It stands in HOLDFAST_WEB_TOKEN, or was printed in the terminal
        where the bot was started. Where neither is so, set that variable and start the bot again.
      </p>
      <input name="user" type="text" autocomplete="username" value="holdfast" hidden />
      <label
        >Token
        <input name="token" type="password" required autocomplete="current-password" autofocus
          aria-describedby="token-fault" />
      </label>
      <p id="token-fault" class="bad" role="alert">${prompt.fault}</p>
      <p class="choices">
        <button type="submit" class="main">Sign in</button>
        <button type="button" @click=${hands.dismiss}>Cancel</button>
      </p>
    </form>
  `;
}

const QUESTIONS: Partial<Readonly<Record<ActionName, readonly [title: string, text: string]>>> = {
  flatten: [
    'Close every position?',
    'Each open position is closed at the market, entries on their way are called back, and the bot pauses until it is resumed.',
  ],
  'kill-switch-on': [
    'Pull the kill switch?',
    'No new entries until the switch is off again. Open positions keep their stops and targets; to close them, flatten.',
  ],
  'kill-switch-off': [
    'Lift the kill switch?',
    'The bot takes entries again as soon as its strategies propose some.',
  ],
};

function confirmForm(action: ActionName, hands: Hands): TemplateResult {
  const [title, text] = QUESTIONS[action] ?? [LABELS[action], EXPLAINED[action]];
  const send = (event: Event): void => {
    event.preventDefault();
    hands.confirm();
  };
  return html`
    <form @submit=${send}>
      <h2 id="prompt-title">${title}</h2>
      <p>${text}</p>
      <p class="choices">
        <button type="submit" class="grave">${LABELS[action].replace(' …', '')}</button>
        <button type="button" autofocus @click=${hands.dismiss}>Cancel</button>
      </p>
    </form>
  `;
}
