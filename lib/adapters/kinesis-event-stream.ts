import {
  PutRecordsCommand,
  type KinesisClient,
  type PutRecordsRequestEntry,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { Unavailable } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventStream, StreamRecord } from '../ports/event-stream.ts';
import { requireRecordsWithinLimits } from '../ports/stream-record-limits.ts';
import type { Backoff } from './backoff.ts';

export interface KinesisEventStreamOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  /** Waits before records are put again that the stream had no room for. */
  readonly backoff: Backoff;
  readonly clock: Clock;
  /** How far the stream has been consumed, as the port says; may reject. */
  readonly consumedThrough: () => Promise<Date | undefined>;
}

/** Limits of one request: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const maxRecordsAPut = 500;
/** Of 10 MiB, which it was not always; several requests under way make up for it. */
const maxBytesAPut = 4 * 1024 * 1024;

/**
 * A shard takes 1,000 records a second, so that a batch of a week of minutes takes ten seconds: no less than that, and
 * less than `ingest` has to answer.
 */
const maxSecondsAPut = 20;

/** Some records were not taken: those of a shard that has too much to do, or was not to be had. */
class NotAllTaken extends Error {
  override readonly name = 'NotAllTaken';
  readonly records: readonly PutRecordsRequestEntry[];
  /** Others were. */
  readonly gotOn: boolean;

  constructor(records: readonly PutRecordsRequestEntry[], codes: readonly string[], gotOn: boolean) {
    super(`${records.length} records were not taken: ${codes.join(', ')}.`);
    this.records = records;
    this.gotOn = gotOn;
  }
}

/**
 * The event stream on Kinesis. Records of one key that are put one after the other are consumed in this order; of those
 * put together, one that had to be put again may come behind the others, which consumers that add do not mind.
 */
export function createKinesisEventStream(options: KinesisEventStreamOptions): EventStream {
  const { consumedThrough } = options;
  return {
    async put(records) {
      requireRecordsWithinLimits(records);
      const chunks = [...chunksOf(records)]; // all of them now: a caller may change its records afterwards
      const deadline = options.clock.now().getTime() + maxSecondsAPut * 1_000;
      try {
        for (const chunk of chunks) await putAll(chunk, deadline, options);
      } catch (cause) {
        throw new Unavailable('The stream cannot take the records.', { cause });
      }
    },

    // Kinesis does not tell how much waits. It need not be bounded here: a shard that is behind keeps what it was given
    // for as long as the stream's retention, and one that is given too much refuses it.
    backlog: async () => undefined,

    // Nor does it tell customers apart: they share its shards.
    backlogOf: async () => undefined,

    async consumedThrough() {
      try {
        return await consumedThrough();
      } catch (cause) {
        throw new Unavailable('How far the stream was consumed is not known.', { cause });
      }
    },
  };
}

/**
 * Puts one request's records, and again those of them that were not taken, until there are none. Before the deadline
 * nothing but tries at which none was taken are too many: a full shard has room again for some each time.
 */
async function putAll(
  records: readonly PutRecordsRequestEntry[],
  deadline: number,
  { client, streamName, backoff, clock }: KinesisEventStreamOptions,
): Promise<void> {
  let remaining = records;
  await backoff(
    async () => {
      const command = new PutRecordsCommand({ StreamName: streamName, Records: [...remaining] });
      const { Records: results = [] } = await client.send(command);
      const refused = refusedOf(remaining, results);
      if (refused === undefined) return;
      remaining = refused.records;
      throw refused;
    },
    (error) => error instanceof NotAllTaken && clock.now().getTime() < deadline,
    (error) => error instanceof NotAllTaken && error.gotOn,
  );
}

/** The answer has a result for each record, in the order of the request. */
function refusedOf(
  records: readonly PutRecordsRequestEntry[],
  results: readonly PutRecordsResultEntry[],
): NotAllTaken | undefined {
  // What has no sequence number was not taken, also where nothing at all is said of it.
  const refused = records.filter((_, index) => results[index]?.SequenceNumber === undefined);
  if (refused.length === 0) return undefined;
  const codes = new Set(results.flatMap(({ ErrorCode }) => ErrorCode ?? []));
  return new NotAllTaken(refused, [...codes], refused.length < records.length);
}

function* chunksOf(records: readonly StreamRecord[]): Generator<PutRecordsRequestEntry[]> {
  let chunk: PutRecordsRequestEntry[] = [];
  let bytes = 0;
  for (const { partitionKey, data } of records) {
    const recordBytes = data.byteLength + Buffer.byteLength(partitionKey);
    if (chunk.length === maxRecordsAPut || (chunk.length > 0 && bytes + recordBytes > maxBytesAPut)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push({ PartitionKey: partitionKey, Data: Uint8Array.from(data) });
    bytes += recordBytes;
  }
  if (chunk.length > 0) yield chunk;
}
