/**
 * ccxt's own kucoinfutures, pointed at the test exchange: what the exchange must satisfy.
 *
 * Promises: nothing is overridden but the URLs. Never: waits between requests (the test exchange
 * limits rates only when it is told to).
 */
import { type Client, loadClient } from '../../src/exchange/ccxt/load.ts';
import { TEST_KEY, type TestExchange } from './exchange.ts';

/** The key that the test exchange knows, as ccxt names its parts. */
export const KEYS = {
  apiKey: TEST_KEY.key,
  secret: TEST_KEY.secret,
  password: TEST_KEY.passphrase,
};

export async function clientOf(exchange: TestExchange, keys: object = {}): Promise<Client> {
  const client = await loadClient('kucoinfutures', { testUrl: exchange.url, keys });
  client.enableRateLimit = false;
  // Without it ccxt refuses addresses that begin with ws:.
  await client.loadHttpProxyAgent();
  return client;
}
