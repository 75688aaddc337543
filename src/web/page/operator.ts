/**
 * The operator's word: asks for the token where it is needed, asks again where it cannot be taken
 * back, sends it, and keeps what it came to.
 *
 * Promises: nothing is sent that was not pressed, and nothing twice; the token is asked for once
 * and then forgotten. Never: decides what the bot does with the word.
 */
import type { ActionName } from '../view.ts';
import { type Answered, act, login, logout } from './call.ts';
import type { Hands, Prompt, Scene } from './scene.ts';

export type OperatorHands = Pick<Hands, 'act' | 'confirm' | 'giveToken' | 'dismiss' | 'signOut'>;

export interface Operator {
  readonly shown: () => Pick<Scene, 'prompt' | 'busy' | 'answer' | 'signedIn'>;
  readonly hands: OperatorHands;
  /** Without it the server shows nothing. */
  readonly askToken: (action: ActionName | null) => void;
}

/** What moves money at once, or holds it back until a person comes again. */
const CONFIRMED: readonly ActionName[] = ['flatten', 'kill-switch-on', 'kill-switch-off'];

const UNAUTHORIZED = 401;

export function openOperator(heard: {
  readonly changed: () => void;
  readonly entered: () => void;
}): Operator {
  let prompt: Prompt | null = null;
  let busy: ActionName | null = null;
  let answer: Scene['answer'] = null;
  let signedIn = false;

  const show = (next: Prompt | null): void => {
    prompt = next;
    heard.changed();
  };
  const askToken = (action: ActionName | null): void =>
    show({ kind: 'token', action, fault: null });

  async function send(action: ActionName): Promise<void> {
    if (busy !== null) return;
    busy = action;
    answer = null;
    show(null);
    const got = await act(action);
    busy = null;
    if (!got.ok && got.status === UNAUTHORIZED) {
      signedIn = false;
      askToken(action);
      return;
    }
    signedIn ||= got.ok;
    answer = got.ok ? got.value : { ok: false, text: got.text };
    heard.changed();
  }

  async function giveToken(token: string): Promise<void> {
    if (prompt?.kind !== 'token') return;
    const { action } = prompt;
    const got: Answered<unknown> = await login(token);
    if (!got.ok) {
      const fault = got.status === UNAUTHORIZED ? 'That is not the token.' : got.text;
      show({ kind: 'token', action, fault });
      return;
    }
    signedIn = true;
    show(null);
    if (action === null) heard.entered();
    else await send(action);
  }

  async function signOut(): Promise<void> {
    const got = await logout();
    if (got.ok) signedIn = false;
    answer = got.ok ? { ok: true, text: 'Signed out.' } : { ok: false, text: got.text };
    heard.changed();
  }

  const hands: OperatorHands = {
    act: action => {
      if (CONFIRMED.includes(action)) show({ kind: 'confirm', action });
      else void send(action);
    },
    confirm: () => {
      if (prompt?.kind === 'confirm') void send(prompt.action);
    },
    giveToken: token => void giveToken(token),
    dismiss: () => {
      if (prompt !== null) show(null);
    },
    signOut: () => void signOut(),
  };
  return { shown: () => ({ prompt, busy, answer, signedIn }), hands, askToken };
}
