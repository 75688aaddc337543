/**
 * What held the old bot back, and what it still held: kill switch, cooldown, open positions.
 *
 * Promises: whatever kept entries back there keeps them back here, as the kill switch, until a
 * person lifts it; a position that was open is told as one that nobody watches over. Never: opens or
 * closes one.
 */
import type { RiskState } from '../trade/risk-state.ts';
import { type Notes, namesText, printable } from './finding.ts';
import {
  fieldsOn,
  fieldText,
  isEmpty,
  type OldField,
  type OldFields,
  pick,
  pickNumber,
  pickText,
  understand,
} from './old-field.ts';
import { directionOf, symbolOf } from './old-symbol.ts';
import { QUANTITY, SIDE, SYMBOL_NAMES } from './old-trade.ts';
import type { PickleValue } from './pickle-value.ts';
import { entriesOf, flagOf, itemsOf, numberOf, textOf } from './python-value.ts';

/** Names under which true says that entries are held back. */
const HELD = [
  ...['killswitch', 'killswitchactive', 'killswitchisactive', 'killswitchactivated'],
  ...['killswitchon', 'killswitchtriggered', 'killswitchengaged', 'killswitchenabled'],
  ...['killswitchstate', 'killswitchstatus', 'killed', 'iskilled', 'emergencystop'],
  ...['emergencystopactive', 'emergencystopped', 'emergencystoptriggered', 'halted', 'ishalted'],
  ...['tradinghalted', 'istradinghalted', 'tradingstopped', 'tradingpaused', 'tradingsuspended'],
  ...['paused', 'ispaused', 'circuitbreaker', 'circuitbreakeractive', 'circuitbreakertriggered'],
  ...['circuitbreakertripped'],
];
/** Names under which false does. */
const ALLOWED = [
  ...['tradingenabled', 'istradingenabled', 'tradingallowed', 'istradingallowed', 'cantrade'],
  ...['tradingactive', 'istradingactive', 'allowtrading', 'entriesallowed', 'canopenposition'],
];
const COOLDOWN = [
  ...['cooldown', 'cooldowns', 'cooldownuntil', 'cooldownend', 'cooldownends', 'incooldown'],
  ...['cooldownactive', 'symbolcooldowns', 'pauseuntil', 'pauseduntil', 'haltuntil'],
];
const POSITIONS = [
  ...['openpositions', 'positions', 'activepositions', 'currentpositions', 'opentrades'],
  ...['activetrades', 'position', 'currentposition'],
];

export function takeHolds(state: RiskState, fields: OldFields, notes: Notes): void {
  takeKillSwitch(state, fields, notes);
  noteCooldown(fields, notes);
  notePositions(fields, notes);
}

/** Words in any other name that, with a yes, say the same: `daily_loss_limit_hit`, `stop_trading`. */
const HELD_WORD =
  /\b(halt(ed|ing)?|stop(ped)?|disabled?|block(ed|ing)?|trip(ped)?|reached|hit|emergency|shutdown|kill(ed)?|paused?|suspend(ed)?|breach(ed)?|exceeded|lock(ed|out)?|frozen|forbidden|banned)\b/;
/** They hold nothing back: what a single position has, and a share. */
const OTHER_WORDS =
  /\b(trailing stop|stop ?loss|atr stop|break ?even stop|stop ?limit|hit (rate|ratio))\b/g;
const COUNT = /\b(count|counter|number|num|total)\b/;
/** Words in any other name that say so with a no: `entries_permitted`. */
const ALLOWED_WORDS = [/\b(trading|trades?|entries)\b/, /\b(enabled|allowed|permitted)\b/];
/** What the state of a bot is called where it trades no more. */
const HELD_STATE = /^(halted|stopped|paused|suspended|disabled|killed|blocked|locked|emergency)$/i;

/** In doubt entries are held back: a person lifts that with one word. */
function isHeldByWord({ name, key, value }: OldField): boolean {
  const words = wordsOf(name);
  const flag = switchOf(value);
  if (/(status|state|mode|trading)$/.test(key) && HELD_STATE.test(textOf(value) ?? '')) return true;
  if (flag === false) return ALLOWED_WORDS.every(word => word.test(words));
  return flag === true && !COUNT.test(words) && HELD_WORD.test(words.replaceAll(OTHER_WORDS, ''));
}

/** `flags.dailyLimitHit` is `daily limit hit`. */
const wordsOf = (name: string): string =>
  (name.split('.').at(-1) ?? '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .toLowerCase();

function takeKillSwitch(state: RiskState, fields: OldFields, notes: Notes): void {
  const said = [...HELD, ...ALLOWED].flatMap(name => {
    const flag = pick(fields, [name], switchOf);
    const field = fields.named.get(name);
    return flag === null || field === undefined
      ? []
      : [{ field, held: flag !== ALLOWED.includes(name) }];
  });
  const byWord = fields.all.filter(field => !field.understood && isHeldByWord(field));
  byWord.forEach(understand);
  const held = [...said.filter(each => each.held).map(({ field }) => field), ...byWord];
  const why = namesText([...new Set(held.map(fieldText))]);
  state.killSwitch = why !== '';
  if (state.killSwitch)
    notes.carried(
      'kill switch',
      `ON (${why}): no new entries until you lift it with holdfast kill-switch off`,
    );
  else if (said.length > 0) notes.carried('kill switch', 'off');
}

const ON = /^(1|on|true|yes|active|activated|enabled|engaged|triggered|tripped|halted)$/i;
const OFF = /^(0|off|false|no|inactive|none|disabled|ok|normal|released|closed|running)$/i;

function switchOf(value: PickleValue): boolean | null {
  const text = String(flagOf(value) ?? numberOf(value) ?? textOf(value) ?? '').trim();
  return ON.test(text) ? true : OFF.test(text) ? false : null;
}

function noteCooldown({ named }: OldFields, notes: Notes): void {
  for (const field of COOLDOWN.flatMap(name => named.get(name) ?? [])) {
    const isOver = isEmpty(field.value) || switchOf(field.value) === false;
    if (!isOver && !field.understood)
      notes.lost(
        'cooldown',
        `${printable(fieldText(field))}: losses in a row count on, and cool down by the settings ` +
          'here; to hold entries back say holdfast kill-switch on',
      );
    understand(field);
  }
}

function notePositions(fields: OldFields, notes: Notes): void {
  const open = POSITIONS.flatMap(name => pick(fields, [name], positionsIn) ?? []);
  if (open.length === 0) return;
  notes.lost(
    'open positions',
    `${namesText(open)}: the account begins flat and NOTHING HERE WATCHES OVER THEM: close them ` +
      'where they are, or see to their stops there',
  );
}

/** In words: of a list, a dictionary by symbol, one position, or the number of them. */
function positionsIn(value: PickleValue): string[] | null {
  const count = numberOf(value);
  if (count !== null) return count === 0 ? [] : [`${count}, which it does not name`];
  const fields = fieldsOn(value);
  const symbol = fields === null ? null : pickText(fields, SYMBOL_NAMES);
  if (symbol !== null) return [positionText(value, symbol)];
  const entries = entriesOf(value);
  if (entries !== null) return entries.map(([key, each]) => positionText(each, textOf(key) ?? '?'));
  return itemsOf(value)?.map(each => positionText(each, textOf(each) ?? '?')) ?? null;
}

function positionText(value: PickleValue, name: string): string {
  const fields = fieldsOn(value);
  if (fields === null) return symbolOf(name);
  const side = pick(fields, SIDE, field => directionOf(textOf(field) ?? ''));
  const quantity = pickNumber(fields, QUANTITY);
  const symbol = symbolOf(pickText(fields, SYMBOL_NAMES) ?? name);
  return [symbol, side, quantity].filter(word => word !== null).join(' ');
}
