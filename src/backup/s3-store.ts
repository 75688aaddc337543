/**
 * S3 and what speaks like it, through the AWS SDK.
 *
 * Credentials and region come from where the SDK looks for them (environment, profile, role);
 * AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL name another store, whose buckets are then addressed by path.
 * Promises: the SDK is loaded only here, when a place in a store was named; each request has a time
 * limit and is tried again by the SDK, with a back-off. Never: logs, keeps or prints a secret.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import { STORE_ANSWER_MS_MAX, STORE_ATTEMPTS_MAX, STORE_CONNECT_MS_MAX } from '../base/limits.ts';
import type { ObjectStore, StoredPart } from './object-store.ts';
import type { PlaceEntry } from './place.ts';
import { isAbsent, isNoUpload, noStoreAt, storeFault } from './s3-fault.ts';

export interface S3Options {
  readonly bucket: string;
  /** For messages. */
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Sdk = typeof import('@aws-sdk/client-s3');

export async function openS3(options: S3Options): Promise<ObjectStore> {
  const sdk = await import('@aws-sdk/client-s3');
  return new S3Store(sdk, clientOf(sdk, options), options);
}

function clientOf(sdk: Sdk, { env }: S3Options): S3Client {
  // Set to nothing is not set.
  const endpoint = env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined;
  // Of another store the region is only a part of the signature.
  const isNamed = env['AWS_REGION'] !== undefined || env['AWS_DEFAULT_REGION'] !== undefined;
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  return new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(isNamed || endpoint !== undefined ? { region } : {}),
    maxAttempts: STORE_ATTEMPTS_MAX,
    requestHandler: {
      connectionTimeout: STORE_CONNECT_MS_MAX,
      requestTimeout: STORE_ANSWER_MS_MAX,
      throwOnRequestTimeout: true,
    },
    // Stores other than Amazon's refuse the checksums that the SDK adds by itself; every object
    // is read back and compared anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

const untagged = (tag: string | undefined): string => (tag ?? '').replaceAll('"', '');

class S3Store implements ObjectStore {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #name: string;
  readonly #bucket: string;

  constructor(sdk: Sdk, client: S3Client, { bucket, name }: S3Options) {
    this.#sdk = sdk;
    this.#client = client;
    this.#name = name;
    this.#bucket = bucket;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const { PutObjectCommand } = this.#sdk;
    const given = { ...this.#at(key), Body: bytes };
    await this.#ask(() => this.#client.send(new PutObjectCommand(given)));
  }

  async get(key: string, bytesMax: number): Promise<Uint8Array | number | null> {
    const { GetObjectCommand } = this.#sdk;
    return this.#ask(async () => {
      try {
        const { Body, ContentLength } = await this.#client.send(
          new GetObjectCommand(this.#at(key)),
        );
        return await readBody(Body as AsyncIterable<Uint8Array>, ContentLength ?? 0, bytesMax);
      } catch (error) {
        if (isAbsent(error)) return null;
        throw error;
      }
    });
  }

  async list(prefix: string): Promise<PlaceEntry[]> {
    const { ListObjectsV2Command } = this.#sdk;
    const entries: PlaceEntry[] = [];
    let token: string | undefined;
    for (let isMore = true; isMore; ) {
      const given = { Bucket: this.#bucket, Prefix: prefix, Delimiter: '/' };
      const command = new ListObjectsV2Command({ ...given, ContinuationToken: token });
      const page = await this.#ask(() => this.#client.send(command));
      // Of somebody else's page: it would say that there are no backups.
      if (page.Name === undefined) throw noStoreAt(this.#name, 'no list');
      for (const { Prefix = '' } of page.CommonPrefixes ?? [])
        entries.push({ name: Prefix.slice(prefix.length), bytes: 0, modifiedMs: 0 });
      for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
        const modifiedMs = LastModified?.getTime() ?? 0;
        entries.push({ name: Key.slice(prefix.length), bytes: Size, modifiedMs });
      }
      const next = page.NextContinuationToken;
      isMore = page.IsTruncated === true && next !== undefined && next !== token;
      token = next;
    }
    return entries;
  }

  async remove(key: string): Promise<void> {
    const { DeleteObjectCommand } = this.#sdk;
    await this.#ask(async () => {
      try {
        await this.#client.send(new DeleteObjectCommand(this.#at(key)));
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    });
  }

  async uploads(key: string): Promise<string[]> {
    const { ListMultipartUploadsCommand } = this.#sdk;
    const given = { Bucket: this.#bucket, Prefix: key };
    const { Uploads = [] } = await this.#ask(() =>
      this.#client.send(new ListMultipartUploadsCommand(given)),
    );
    return Uploads.filter(({ Key }) => Key === key)
      .sort((one, two) => (one.Initiated?.getTime() ?? 0) - (two.Initiated?.getTime() ?? 0))
      .flatMap(({ UploadId }) => UploadId ?? []);
  }

  async beginUpload(key: string): Promise<string> {
    const { CreateMultipartUploadCommand } = this.#sdk;
    const { UploadId = '' } = await this.#ask(() =>
      this.#client.send(new CreateMultipartUploadCommand(this.#at(key))),
    );
    return UploadId;
  }

  /** By hand: the SDK's pages never end where a store names a next marker behind the last one. */
  async parts(key: string, upload: string): Promise<StoredPart[]> {
    const { ListPartsCommand } = this.#sdk;
    const parts: StoredPart[] = [];
    let marker: string | undefined;
    for (let isMore = true; isMore; ) {
      const given = { ...this.#at(key), UploadId: upload, PartNumberMarker: marker };
      const page = await this.#ask(() => this.#client.send(new ListPartsCommand(given)));
      for (const { PartNumber = 0, ETag, Size = 0 } of page.Parts ?? [])
        parts.push({ number: PartNumber, tag: untagged(ETag), bytes: Size });
      const next = page.NextPartNumberMarker;
      isMore = page.IsTruncated === true && next !== undefined && next !== marker;
      marker = next;
    }
    return parts;
  }

  async putPart(part: Parameters<ObjectStore['putPart']>[0]): Promise<string> {
    const { UploadPartCommand } = this.#sdk;
    const { key, upload, number, bytes } = part;
    const given = { ...this.#at(key), UploadId: upload, PartNumber: number, Body: bytes };
    const { ETag } = await this.#ask(() => this.#client.send(new UploadPartCommand(given)));
    return untagged(ETag);
  }

  async completeUpload(key: string, upload: string, parts: readonly StoredPart[]): Promise<void> {
    const { CompleteMultipartUploadCommand } = this.#sdk;
    const Parts = parts.map(({ number, tag }) => ({ PartNumber: number, ETag: `"${tag}"` }));
    const given = { ...this.#at(key), UploadId: upload, MultipartUpload: { Parts } };
    await this.#ask(() => this.#client.send(new CompleteMultipartUploadCommand(given)));
  }

  async abortUpload(key: string, upload: string): Promise<void> {
    const { AbortMultipartUploadCommand } = this.#sdk;
    const given = { ...this.#at(key), UploadId: upload };
    await this.#ask(async () => {
      try {
        await this.#client.send(new AbortMultipartUploadCommand(given));
      } catch (error) {
        if (!isNoUpload(error)) throw error;
      }
    });
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeFault(this.#name, error);
    }
  }
}

/** The body, or how long it is where that is too much; what it says of its length is checked too. */
async function readBody(
  body: AsyncIterable<Uint8Array>,
  declared: number,
  bytesMax: number,
): Promise<Uint8Array | number> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop ends the answer.
  for await (const piece of body) {
    bytes += piece.length;
    if (Math.max(bytes, declared) > bytesMax) return Math.max(bytes, declared);
    pieces.push(piece);
  }
  return declared > bytesMax ? declared : Buffer.concat(pieces);
}
