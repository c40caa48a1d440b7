import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3ServiceException,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectKey } from '../domain/keys.ts';
import { PreconditionFailed, Unavailable } from '../errors.ts';
import type { DeleteCondition, ObjectStore, PutCondition, StoredObject } from '../ports/object-store.ts';
import type { ObjectVersions } from '../ports/object-versions.ts';
import type { Backoff } from './backoff.ts';

export interface S3ObjectStoreOptions {
  /** Repeats requests after a time-out, a 500 or a 503, as the SDK does by default. */
  readonly client: S3Client;
  readonly bucket: string;
  /** Waits before a write that collided with another one is repeated. */
  readonly backoff: Backoff;
}

/** The part of the options that single requests to S3 need; the port's verbs handle whole objects of some MiB. */
type Requests = Pick<S3ObjectStoreOptions, 'client' | 'bucket'>;

/**
 * Creates the object store on S3. Its conditions are S3's conditional writes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). The role also needs
 * `s3:ListBucket`; without it, S3 answers 403 instead of 404.
 */
export function createS3ObjectStore({ client, bucket, backoff }: S3ObjectStoreOptions): ObjectStore {
  const requests = { client, bucket };
  return {
    get: (key, { firstBytes = Infinity } = {}) =>
      available('read', key, () =>
        firstBytes > 0 ? getStart(key, firstBytes, requests) : head(key, requests),
      ),

    put: (key, body, condition) =>
      available('written', key, () => backoff(attemptsToPut(key, body, condition, requests), isConflict)),

    async *list(prefix, { startAfter } = {}) {
      for await (const { key } of listObjects(prefix, startAfter, requests)) yield key;
    },

    delete: (key, condition) =>
      available('removed', key, () => backoff(() => deleteObject(key, condition, requests), isConflict)),
  };
}

/** Creates the lists of objects on S3 with their etags, which come with the names. */
export function createS3ObjectVersions({ client, bucket }: Requests): ObjectVersions {
  return {
    async *listVersions(prefix, { startAfter } = {}) {
      const objects = listObjects(prefix, startAfter, { client, bucket });
      for await (const { key, ETag } of objects) yield { key, version: etagOf({ ETag }) };
    },
  };
}

async function getStart(
  key: ObjectKey,
  firstBytes: number,
  { client, bucket }: Requests,
): Promise<StoredObject | undefined> {
  const range = Number.isFinite(firstBytes) ? { Range: `bytes=0-${firstBytes - 1}` } : {};
  try {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...range }));
    const body = Buffer.from((await answer.Body?.transformToByteArray()) ?? []);
    return { body, etag: etagOf(answer), size: sizeOf(answer) };
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    // An empty object has no first byte.
    if (isAnswer(error, 416)) return head(key, { client, bucket });
    throw error;
  }
}

async function head(key: ObjectKey, { client, bucket }: Requests): Promise<StoredObject | undefined> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { body: Buffer.alloc(0), etag: etagOf(answer), size: answer.ContentLength ?? 0 };
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/**
 * Prepares one write that may be called several times. The SDK repeats a request after a 503 or a time-out, although
 * S3 may have carried it out. The repetition then finds the object that the first request wrote and is refused, and
 * so is every later call. So after a repetition, in this call or an earlier one, the stored object is compared.
 */
function attemptsToPut(
  key: ObjectKey,
  body: Uint8Array,
  condition: PutCondition,
  requests: Requests,
): () => Promise<{ readonly etag: string }> {
  const { client, bucket } = requests;
  const holds =
    'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: condition.ifNoneMatch };
  let mayBeWritten = false;
  return async () => {
    try {
      const answer = await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ...holds }),
      );
      return { etag: etagOf(answer) };
    } catch (error) {
      mayBeWritten ||= wasRepeated(error);
      if (isAnswer(error, 404))
        throw new PreconditionFailed('There is no object to replace.', { cause: error });
      if (!isAnswer(error, 412)) throw error;
      const found = mayBeWritten ? await getStart(key, Infinity, requests) : undefined;
      if (found?.body.equals(body) === true) return { etag: found.etag };
      throw new PreconditionFailed('The object does not meet the condition.', { cause: error });
    }
  };
}

/**
 * Deletes an object. If the SDK repeats a delete that succeeded, the repetition finds either nothing or a newer
 * object.
 */
async function deleteObject(
  key: ObjectKey,
  condition: DeleteCondition | undefined,
  { client, bucket }: Requests,
): Promise<void> {
  const holds = condition === undefined ? {} : { IfMatch: condition.ifMatch };
  try {
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, ...holds }));
  } catch (error) {
    if (isAnswer(error, 404)) return;
    if (!isAnswer(error, 412)) throw error;
    throw new PreconditionFailed('The object does not meet the condition.', { cause: error });
  }
}

async function* listObjects(
  prefix: string,
  startAfter: string | undefined,
  { client, bucket }: Requests,
): AsyncGenerator<{ readonly key: ObjectKey; readonly ETag: string | undefined }> {
  let page: { StartAfter?: string } | { ContinuationToken: string } | undefined =
    startAfter === undefined || startAfter === '' ? {} : { StartAfter: startAfter };
  while (page !== undefined) {
    const command: ListObjectsV2Command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      ...page,
    });
    const { Contents = [], NextContinuationToken } = await available('listed', prefix, () =>
      client.send(command),
    );
    for (const { Key, ETag } of Contents) {
      if (Key !== undefined) yield { key: Key as ObjectKey, ETag }; // the store only puts valid keys
    }
    page = NextContinuationToken === undefined ? undefined : { ContinuationToken: NextContinuationToken };
  }
}

/**
 * Turns every failure of S3, the SDK or the network into `Unavailable`, because it may be over at the next attempt.
 */
async function available<T>(done: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PreconditionFailed) throw cause;
    throw new Unavailable(`${what} cannot be ${done}.`, { cause });
  }
}

/**
 * Reports whether another write of the same key was under way:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
function isConflict(error: unknown): boolean {
  return isAnswer(error, 409);
}

function wasRepeated(error: unknown): boolean {
  return error instanceof S3ServiceException && (error.$metadata.attempts ?? 1) > 1;
}

function isAnswer(error: unknown, status: number): error is S3ServiceException {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function etagOf({ ETag }: { readonly ETag?: string | undefined }): string {
  if (ETag === undefined) throw new Unavailable('S3 returned no etag.');
  return ETag;
}

/** Returns the size of the whole object: `Content-Range` is `bytes 0-99/1234`. */
function sizeOf({ ContentRange, ContentLength }: GetObjectCommandOutput): number {
  return Number(ContentRange?.split('/').at(-1) ?? ContentLength ?? 0);
}
