/**
 * THE LIST of what a person or a program can be told of, by name: `notify.events` in the config picks
 * from it.
 *
 * Most are facts of the journal under their own name; the first ones are of the running itself, out
 * of the directory's notes. Promises: a name never changes its meaning; docs/NOTIFICATIONS.md has a
 * row for each.
 */
export const EVENT_NAMES = [
  'bot.started',
  'bot.stopped',
  'bot.recovered',
  'disk.failed',
  'disk.damaged',
  'backup.failed',
  'venue.troubled',
  'entry.filled',
  'trade.closed',
  'order.rejected',
  'order.doubted',
  'order.orphaned',
  'position.adopted',
  'position.left',
  'balance.corrected',
  'breaker.tripped',
  'breaker.released',
  'kill-switch.set',
  'trading.paused',
  'trading.resumed',
  'flatten.ordered',
  'flatten.completed',
  'memory.replaced',
  'model.adopted',
] as const;

export type EventName = (typeof EVENT_NAMES)[number];
