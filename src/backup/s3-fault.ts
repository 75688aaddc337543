/**
 * The words for what a store refuses.
 *
 * Promises: a fault names the place, the store's own code and what to do; a wrong name, key, region or
 * endpoint is a matter of configuration (64), silence and overload are the store's (69). Never: repeats the
 * store's message, which may quote what was sent.
 */
import { EXIT, Fault } from '../base/fault.ts';

const CREDENTIALS =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE) for a user that may list, read, ' +
  'write and delete there';
const BUCKET = 'make the bucket, or check the name after s3://';
const REGION = "set AWS_REGION to the bucket's region, or AWS_ENDPOINT_URL for another store";

const ENDPOINT =
  'check AWS_ENDPOINT_URL (https://HOST, or http://HOST:PORT) and AWS_REGION, and that this machine ' +
  'finds that host';
const NAME =
  `${ENDPOINT}: where it finds no host at all its own resolver or network is down, and it is to be ` +
  'tried again';

const CONFIGURATION: Readonly<Record<string, string>> = {
  AccessDenied: CREDENTIALS,
  AllAccessDisabled: CREDENTIALS,
  CredentialsProviderError: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  Forbidden: CREDENTIALS,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidToken: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  NoSuchBucket: BUCKET,
  InvalidBucketName: BUCKET,
  AuthorizationHeaderMalformed: REGION,
  PermanentRedirect: REGION,
  IllegalLocationConstraintException: REGION,
  RequestTimeTooSkewed: 'set the clock of this machine',
};

/** No such host, no address, nothing that speaks HTTP, or somebody with another certificate. */
const NO_STORE =
  /^(ENOTFOUND|ERR_INVALID_URL|EndpointError|EPROTO|HPE_\w+|ERR_TLS_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;

interface StoreError {
  readonly name: string;
  readonly code?: unknown;
  readonly message: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const isStoreError = (error: unknown): error is StoreError & Error => error instanceof Error;

export const isAbsent = (error: unknown): boolean =>
  isStoreError(error) && (error.name === 'NoSuchKey' || error.name === 'NotFound');

export const isNoUpload = (error: unknown): boolean =>
  isStoreError(error) && error.name === 'NoSuchUpload';

export function storeFault(place: string, error: unknown): unknown {
  if (error instanceof Fault || !isStoreError(error)) return error;
  const status = error.$metadata?.httpStatusCode ?? null;
  const code = typeof error.code === 'string' ? error.code : error.name;
  if (/region is missing/i.test(error.message)) return config(place, 'no region', REGION);
  if (/region not accepted/i.test(error.message)) return config(place, 'the region', REGION);
  const remedy = CONFIGURATION[error.name] ?? (status === 403 ? CREDENTIALS : undefined);
  if (remedy !== undefined) return config(place, error.name, remedy);
  if (status === 404) return config(place, error.name, BUCKET);
  if (status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429)
    return config(place, `${error.name}, ${status}`, 'check the place and its settings');
  if (NO_STORE.test(code) || isOfAnother(error, status)) return noStoreAt(place, code);
  return new Fault(
    EXIT.unreachable,
    `${place} cannot be reached (${status === null ? code : `${error.name}, ${status}`})`,
    'check the network and AWS_ENDPOINT_URL, then try again: what was sent is not sent twice',
  );
}

const config = (place: string, what: string, remedy: string): Fault =>
  new Fault(EXIT.config, `${place} refuses (${what})`, remedy);

/** An answer that is none of S3's: a page, a redirection to one. */
const isOfAnother = ({ name }: StoreError, status: number | null): boolean =>
  status !== null && status < 400 && (status >= 300 || name === 'Error' || name === 'SyntaxError');

export const noStoreAt = (place: string, code: string): Fault =>
  new Fault(
    EXIT.config,
    `${place}: no store that speaks S3 is where it should be (${code})`,
    code === 'ENOTFOUND' ? NAME : ENDPOINT,
  );
