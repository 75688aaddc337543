import { after } from 'node:test';
import { ccxtVenue } from '../../src/exchange/ccxt/venue.ts';
import { BTC, closeAll, openWith, still } from '../exchange/fixture.ts';
import { exchangeContract } from './exchange.contract.ts';
import { limitOrder, reckless } from './resting-order.ts';
import { venueExchange } from './venue-exchange.ts';

after(closeAll);

exchangeContract('ccxt on the test exchange', async () => {
  const { exchange, client } = await openWith({ tapes: [still(30_000, 20)] });
  const resting = (id: string) => limitOrder(id, { price: 15_000, time: exchange.timeMs });
  const price = { open: 30_000, high: 30_000, low: 30_000, close: 30_000 };
  return {
    exchange: venueExchange(ccxtVenue(client), BTC),
    resting,
    refused: id => reckless(resting(id)),
    quietCandle: { symbol: BTC, time: exchange.timeMs, ...price, volume: 1 },
    // Its books are its own.
    approve: () => {},
    tell: () => {},
  };
});
