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
  /** Waits before records that the stream refused are put again. */
  readonly backoff: Backoff;
  readonly clock: Clock;
  /** Reports how far the stream has been consumed, as the port describes; may reject. */
  readonly consumedThrough: () => Promise<Date | undefined>;
}

/** Limits of one request: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const maxRecordsAPut = 500;
/** Kinesis now allows 10 MiB, which it did not always; several requests at a time make up for it. */
const maxBytesAPut = 4 * 1024 * 1024;

/**
 * A shard takes 1,000 records per second, so a batch of a week of minutes takes ten seconds. The limit is longer than
 * that, and shorter than the time that `ingest` has to answer.
 */
const maxSecondsAPut = 20;

/** The stream refused some records: those of a shard that is overloaded or not available. */
class NotAllTaken extends Error {
  override readonly name = 'NotAllTaken';
  readonly records: readonly PutRecordsRequestEntry[];
  /** True if it took others. */
  readonly gotOn: boolean;

  constructor(records: readonly PutRecordsRequestEntry[], codes: readonly string[], gotOn: boolean) {
    super(`The stream refused ${records.length} records: ${codes.join(', ')}.`);
    this.records = records;
    this.gotOn = gotOn;
  }
}

/**
 * Creates the event stream on Kinesis. Records of one key that are put one after the other are consumed in this
 * order. Among records put together, one that had to be put again may come after the others; consumers that only add
 * do not mind.
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

    // Kinesis does not report how much waits. There is no need to limit it here: a shard that lags keeps its records
    // for the stream's retention time, and an overloaded shard refuses new ones.
    backlog: async () => undefined,

    // Kinesis does not know customers either: they share its shards.
    backlogOf: async () => undefined,

    async consumedThrough() {
      try {
        return await consumedThrough();
      } catch (cause) {
        throw new Unavailable("The progress of the stream's consumer is not known.", { cause });
      }
    },
  };
}

/**
 * Puts the records of one request, and puts those that were refused again until none is left. Before the deadline,
 * only attempts without any progress count towards the limit: a full shard accepts some records each time.
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

/** Returns the refused records. The answer has a result for each record, in the order of the request. */
function refusedOf(
  records: readonly PutRecordsRequestEntry[],
  results: readonly PutRecordsResultEntry[],
): NotAllTaken | undefined {
  // A record without a sequence number was refused, even if the answer says nothing about it.
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
