import { webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { batchIdFromPayload, type BatchId } from '../../domain/batch-id.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { hashInSteps } from '../../domain/hash-payload.ts';
import type { FormatName } from '../../domain/log-formats/log-reader.ts';
import type { BodyFormat } from '../../domain/body-format.ts';
import type { InvalidEntries } from '../../domain/invalid-entries.ts';
import { isNamed, mediaTypeOf, type MediaType, type SentMediaType } from '../../domain/media-type.ts';
import { parseInSteps, type ParsedBatch } from '../../domain/parse-batch.ts';
import { finish, type Steps } from '../../domain/steps.ts';
import { finishInTurns } from '../turns/finish-in-turns.ts';
import { contentEncodingOf } from './content-encoding.ts';
import { decompress, decompressSnappy } from './decompress.ts';
import type { BodySize } from './batch-admission.ts';

/** A batch as a client sends it. */
export interface SentBatch {
  readonly customerId: CustomerId;
  /** Id from the idempotency key; without one, it is derived from the payload. */
  readonly id: BatchId | undefined;
  /** The machine or log that it is from, if the client says so: equal bodies of two sources are two batches. */
  readonly source?: string | undefined;
  /** The client, as far as the request shows it; equal bodies are watched if it is known. */
  readonly sender?: string | undefined;
  readonly mediaType: SentMediaType;
  /** The format of the lines of a text, if the client names one. */
  readonly logFormat?: FormatName | undefined;
  /** Treatment of invalid entries; without it they refuse the batch. */
  readonly invalid?: InvalidEntries | undefined;
  /** The header's value, `''` if there is none. */
  readonly contentEncoding: string;
  readonly body: Buffer;
  /** Returns the part to store and compare of a body that comes in an envelope, which may differ in a retry. */
  readonly unwrap?: ((body: Buffer) => Steps<Buffer>) | undefined;
}

/** A batch whose `body` is decompressed. */
export interface DecodedBatch extends Omit<SentBatch, 'contentEncoding' | 'source' | 'sender' | 'unwrap'> {
  /** SHA-256 in hexadecimal of the customer, a line break and the body; that of a large one takes its time. */
  readonly payloadHash: string | Promise<string>;
  /** The same, with the source after the customer: an id is derived from it if the client gives none. */
  readonly sourceHash: string | Promise<string>;
}

/** A parsed batch that can be stored. */
export interface Batch extends BodyFormat, ParsedBatch {
  readonly customerId: CustomerId;
  readonly id: BatchId;
  readonly payloadHash: string;
  readonly invalid: InvalidEntries;
  /** Size of the decompressed body. */
  readonly bodyBytes: number;
  readonly gzippedBody: Buffer;
}

/**
 * Size from which hashing and compressing on other threads saves more than the round trip costs (4 kB: 18 µs).
 */
const worthAThreadBytes = 64 * 1_024;
/**
 * Size from which hashing here, in steps, costs less than another thread. That one needs two copies of the body in fresh
 * memory, made at once: 16 MiB held up everything else for 15 to 45 ms, while hashing them takes 8 ms in all.
 */
const tooLargeToCopyBytes = 2 * 1_024 * 1_024;
const gzip = promisify(zlib.gzip);
const gzipOptions = { level: zlib.constants.Z_BEST_SPEED };
/**
 * With a window that a small body just fits into, the result is the same, but zlib clears 50 kB of memory and not 260
 * kB.
 */
const smallWindowBytes = 8 * 1_024;
const gzipOfSmallOptions = { ...gzipOptions, windowBits: 13, memLevel: 6, chunkSize: 4 * 1_024 };
/**
 * Each chunk costs a round trip: 2 MB take 1.8 ms of this thread with chunks of 16 kB, and next to nothing with these.
 */
const gzipOnThreadOptions = { ...gzipOptions, chunkSize: 512 * 1_024 };

/**
 * Decompresses and parses a batch.
 * @throws UnsupportedMedia  its content encoding is not supported, or nothing says what its bytes are
 * @throws BatchTooLarge     it has more than `maxBatchBytes` bytes when decompressed
 * @throws InvalidRequest    it is not valid; what is wrong is described
 */
export async function readBatch(sent: SentBatch, maxBatchBytes: number): Promise<Batch> {
  return understandBatch(withHash(sent, await decodeBody(sent, maxBatchBytes)));
}

/**
 * Decompresses the body of a batch, and takes it out of its envelope.
 * @throws UnsupportedMedia  its content encoding is not supported, or nothing says what its bytes are
 * @throws BatchTooLarge     it has more than `maxBatchBytes` bytes when decompressed
 * @throws InvalidRequest    it is not what its encoding says
 */
export async function decodeBody(sent: SentBatch, maxBatchBytes: number): Promise<Buffer> {
  // Snappy is a part of Loki's protocol, and no content encoding of others.
  const body =
    sent.mediaType === 'loki+protobuf'
      ? await decompressSnappy(sent.body, maxBatchBytes)
      : await decompress(sent.body, contentEncodingOf(sent), maxBatchBytes);
  return sent.unwrap === undefined ? body : finishInTurns(sent.unwrap(body));
}

/** Hashes a batch whose `body` was decompressed. */
export function withHash(sent: SentBatch, body: Buffer): DecodedBatch {
  const { customerId, id, source, mediaType, logFormat, invalid } = sent;
  const hash = hasherFor(body);
  const payloadHash = hash(customerId, body);
  const sourceHash =
    id !== undefined || source === undefined ? payloadHash : hash(`${customerId} ${source}`, body);
  return { customerId, id, mediaType, logFormat, invalid, body, payloadHash, sourceHash };
}

/** Returns the id of a batch: the one that the client gave, or one derived from what it sent. */
export async function idOf({ id, sourceHash }: Pick<DecodedBatch, 'id' | 'sourceHash'>): Promise<BatchId> {
  return id ?? batchIdFromPayload(await sourceHash);
}

/**
 * Parses a batch.
 * @throws InvalidRequest  it is not valid; what is wrong is described
 */
export async function understandBatch(batch: DecodedBatch): Promise<Batch> {
  const { customerId, body, logFormat, invalid = 'reject' } = batch;
  const mediaType = mediaTypeOfBatch(batch);
  const isLarge = body.length >= worthAThreadBytes;
  // The other threads start first, so that they work while this one parses.
  const [payloadHash, gzippedBody, parsed] = await Promise.all([
    batch.payloadHash,
    isLarge ? gzip(body, gzipOnThreadOptions) : zlib.gzipSync(body, gzipOptionsOf(body)),
    finishInTurns(parseInSteps(body, { mediaType, logFormat }, invalid)),
  ]);
  const id = await idOf(batch);
  const format = { mediaType, logFormat };
  return { customerId, id, payloadHash, ...format, invalid, ...parsed, bodyBytes: body.length, gzippedBody };
}

/**
 * Returns the form of the entries: the one that the client named or, for compressed bytes, the one that they look like.
 */
function mediaTypeOfBatch({ mediaType, logFormat, body }: DecodedBatch): MediaType {
  if (isNamed(mediaType)) return mediaType;
  return logFormat === undefined ? mediaTypeOf(body) : 'text/plain';
}

function gzipOptionsOf(body: Buffer): zlib.ZlibOptions {
  return body.length <= smallWindowBytes ? gzipOfSmallOptions : gzipOptions;
}

/**
 * Maximum compression of deflate: 258 equal bytes in two bits. Brotli has no such limit
 * (https://www.zlib.net/zlib_tech.html).
 */
const largestRatioOfDeflate = 1_032;

/** Returns what is known about the size of a batch before it is decompressed. */
export function sizeOf({ body, mediaType, contentEncoding }: SentBatch, maxBatchBytes: number): BodySize {
  const encoding = contentEncoding.trim().toLowerCase();
  const isKnown = isNamed(mediaType) && /^(identity)?$/.test(encoding);
  if (encoding === 'br') return { atMostBytes: maxBatchBytes, isKnown: false };
  const ratio = isKnown ? 1 : largestRatioOfDeflate;
  return { atMostBytes: Math.min(body.length * ratio, maxBatchBytes), isKnown };
}

function hasherFor({ length }: Buffer): (sender: string, body: Buffer) => string | Promise<string> {
  if (length < worthAThreadBytes) return (...given) => finish(hashInSteps(...given));
  if (length < tooLargeToCopyBytes) return hashOnThread;
  return (...given) => finishInTurns(hashInSteps(...given));
}

async function hashOnThread(sender: string, body: Buffer): Promise<string> {
  const digest = await webcrypto.subtle.digest('SHA-256', Buffer.concat([Buffer.from(`${sender}\n`), body]));
  return Buffer.from(digest).toString('hex');
}
