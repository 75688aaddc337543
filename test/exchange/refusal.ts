/**
 * What KuCoin says instead of an answer: its codes, word for word.
 *
 * Promises: a refusal changed nothing. Never: an HTTP status that KuCoin would not send with it.
 */

/** Thrown by whoever answers a request. */
export class Refusal extends Error {
  readonly code: string;
  /** KuCoin answers most refusals with 200, and the code in the body. */
  readonly status: number;

  constructor(code: string, message: string, status: number = 200) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const refused = {
  unavailable: () => new Refusal('500000', 'Internal Server Error', 500),
  notFound: () => new Refusal('404000', 'Url Not Found', 404),
  parameter: (what: string) => new Refusal('400100', what),
  symbol: (id: string) => new Refusal('100003', `Contract parameter invalid. ${id}`),
  orderNotFound: () => new Refusal('100001', 'error.getOrder.orderNotExist'),
  notCancelable: () => new Refusal('100004', 'Order is in not cancelable state'),
  repeatedClientOid: () => new Refusal('300018', 'clientOid parameter repeated'),
  noFunds: (need: string, have: string) =>
    new Refusal(
      '300003',
      `Balance insufficient. The order costs ${need}, and the available balance is ${have}.`,
    ),
  noPosition: () => new Refusal('300009', 'No open positions to close.'),
  leverage: (most: number) => new Refusal('300016', `The leverage cannot be greater than ${most}.`),
  marginMode: () =>
    new Refusal(
      '330005',
      "The order's margin mode does not match the selected one. Please switch and try again.",
    ),
  positionMode: () =>
    new Refusal(
      '330012',
      'Your order is in One-Way Mode, while your account is set to Hedge Mode. Update your settings so they match and try again.',
    ),
  modeInUse: () =>
    new Refusal('330002', 'You have open orders or positions. Please close them and try again.'),
  headerMissing: () => new Refusal('400001', 'Please check the header of your request', 401),
  timestamp: () => new Refusal('400002', 'Invalid KC-API-TIMESTAMP', 401),
  key: () => new Refusal('400003', 'KC-API-KEY not exists', 401),
  passphrase: () => new Refusal('400004', 'Invalid KC-API-PASSPHRASE', 401),
  signature: () => new Refusal('400005', 'Invalid KC-API-SIGN', 401),
  permission: () => new Refusal('400007', 'Access denied, require more permission', 403),
} as const;
