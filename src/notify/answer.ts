/**
 * What a chat's command does and says, on the bot's own thread, and the step that it made.
 *
 * Promises: what changes something goes through the table of the control socket; figures have their
 * units; plain text. Never: flattens without `/flatten yes`.
 */
import { accountFigures, positionsOf, tradesOf } from '../app/account-view.ts';
import { type Commands, callOf } from '../app/control-command.ts';
import {
  counted,
  decimal,
  durationText,
  percent,
  priceText,
  signed,
  signedPercent,
} from '../app/number-text.ts';
import { isNothingHeld, type Told } from '../app/operator.ts';
import { commandsOf, type Session } from '../app/session.ts';
import { frozenLinesOf, holdLinesOf, metricsNow } from '../app/view.ts';
import { utcMinute } from '../base/time.ts';

type World = Session['bot']['world'];

export interface Said {
  readonly text: string;
  /** Null: nothing has changed. */
  readonly seq: number | null;
}

export interface AnswerContext {
  readonly session: Session;
  readonly directory: string;
}

const HELP = `What I understand:
/status – equity, the day, drawdown, what holds entries back
/profit – results of all time
/balance – balance, equity, margin
/trades – open positions and the last trades
/pause – no new entries until /resume
/resume – entries are made again
/flatten – close every position at the market, then pause
/help – this`;

const TRADES_SHOWN = 5;

export async function answerOf(command: string, context: AnswerContext): Promise<Said> {
  const { session } = context;
  const { world } = session.bot;
  const [name = '', argument = ''] = command.toLowerCase().split(/\s+/);
  switch (name) {
    case '/start':
    case '/help':
      return only(HELP);
    case '/status':
      return only(statusText(world, context.directory));
    case '/profit':
      return only(profitText(world));
    case '/balance':
      return only(balanceText(world));
    case '/trades':
      return only(tradesText(world));
    case '/pause':
      return act(session, 'pause', 'Paused: no new entries until /resume.');
    case '/resume':
      return act(session, 'resume', resumedText);
    case '/flatten':
      return flattenAnswer(context, argument);
    default:
      return only(`I do not know ${name.slice(0, 40)}.\n${HELP}`);
  }
}

const only = (text: string): Said => ({ text, seq: null });

async function flattenAnswer({ session }: AnswerContext, argument: string): Promise<Said> {
  const open = positionsOf(session.bot.world).length;
  const all = open === 1 ? 'the one open position' : `all ${open} open positions`;
  if (isNothingHeld(session.bot.world)) return flatAnswer(session, argument);
  if (argument !== 'yes')
    return only(
      `This closes ${all} at the market, cancels entries and pauses. Send /flatten yes to do it.`,
    );
  return act(session, 'flatten', `Flatten is ordered: ${all} at the market, then paused.`);
}

const flatAnswer = async (session: Session, argument: string): Promise<Said> =>
  argument === 'yes'
    ? act(
        session,
        'flatten',
        'Flatten is ordered: no position is open; entries are canceled, then paused.',
      )
    : only('No position is open. Send /flatten yes to cancel entries and pause.');

const resumedText = ({ holds }: Told): string =>
  holds.length === 0
    ? 'Resumed: entries are made again.'
    : `Resumed, and entries are still held back: ${holds.map(({ reason }) => reason).join(', ')}.`;

async function act(
  session: Session,
  command: keyof Commands,
  done: string | ((told: Told) => string),
): Promise<Said> {
  const call = callOf({ command }, commandsOf(session));
  if (typeof call === 'string') return only(call);
  const told = (await call()) as Told;
  if (!told.changed) return only('It was so already: nothing has changed.');
  return { text: typeof done === 'string' ? done : done(told), seq: told.seq };
}

function statusText(world: World, directory: string): string {
  const account = accountFigures(world);
  const { quote, marketTime } = account;
  const { binding } = world.run;
  const open = positionsOf(world).length;
  return [
    `${binding?.mode ?? ''} ${binding?.market ?? ''}: ${account.symbols.join(', ')}`,
    marketTime === null ? 'No candle yet.' : `Last candle closed ${utcMinute(marketTime)} UTC`,
    `Equity ${decimal(account.equity)} ${quote}, today ${signed(account.dayProfit)} ${quote}`,
    `Drawdown ${percent(account.drawdown)}, at most ${percent(account.drawdownMax)}`,
    `${open} open, ${account.closedTrades} closed trades`,
    ...holdLinesOf(world, directory),
    ...frozenLinesOf(world),
  ].join('\n');
}

function profitText(world: World): string {
  const metrics = metricsNow(world);
  const { quote } = accountFigures(world);
  const money = (value: number | null): string => `${signed(value)} ${quote}`;
  return [
    `Profit of closed trades ${money(metrics.totalProfit)}`,
    `Return ${signedPercent(metrics.totalReturn)} in ${counted(metrics.days, 'day')}`,
    `${counted(metrics.trades, 'trade')}: ${metrics.wins} won, ${metrics.losses} lost (win rate ${percent(metrics.winRate)})`,
    `Profit factor ${decimal(metrics.profitFactor)}, expectancy ${money(metrics.expectancy)} a trade`,
    `Best ${money(metrics.bestTrade)}, worst ${money(metrics.worstTrade)}`,
    `Sharpe ${decimal(metrics.sharpe)}, max drawdown ${percent(metrics.maxDrawdown)}`,
  ].join('\n');
}

function balanceText(world: World): string {
  const { quote, balance, equity, feesPaid, fundingPaid } = accountFigures(world);
  const margin = positionsOf(world).reduce((sum, each) => sum + each.margin, 0);
  return [
    `Balance ${decimal(balance)} ${quote}`,
    `Equity ${decimal(equity)} ${quote} (open positions ${signed(equity - balance)} ${quote})`,
    `Margin in use ${decimal(margin)} ${quote}`,
    `Paid so far: fees ${decimal(feesPaid)} ${quote}, funding ${signed(fundingPaid)} ${quote}`,
  ].join('\n');
}

function tradesText(world: World): string {
  const { quote, marketTime } = accountFigures(world);
  const open = positionsOf(world).map(
    ({ symbol, side, quantity, entryPrice, profit, profitRatio, openedAt }) =>
      `${side} ${quantity} ${symbol} at ${priceText(entryPrice)}: ${signed(profit)} ${quote} ` +
      `(${signedPercent(profitRatio)}), for ${durationText((marketTime ?? openedAt) - openedAt)}`,
  );
  const closed = tradesOf(world, TRADES_SHOWN)
    .reverse()
    .map(
      ({ symbol, side, profit, profitRatio, exitReason, exitTime }) =>
        `${utcMinute(exitTime)} ${side} ${symbol}: ${signed(profit)} ${quote} ` +
        `(${signedPercent(profitRatio)}), ${exitReason}`,
    );
  return [
    open.length === 0 ? 'No position is open.' : 'Open:',
    ...open,
    closed.length === 0 ? 'No trade is closed yet.' : 'Last closed (UTC):',
    ...closed,
  ].join('\n');
}
