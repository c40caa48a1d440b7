import { gzipSync } from 'node:zlib';
import { largestBatchBytes, maxEntriesPerBatch } from '../lib/domain/batch-limits.ts';
import type { SampleTraffic } from './sample-traffic.ts';

/** A batch as it is sent. */
export interface LargestBatch {
  readonly what: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The largest event of a function, and what its other fields and its headers may take of it. */
const largestEventBytes = 6 * 1_024 * 1_024;
const besideBodyBytes = 10_240;
const minutesOfWeek = 10_080;

/** Creates the batches that cost most among those that a deployed function can get. */
export function largestBatches(traffic: SampleTraffic, start: Date): LargestBatch[] {
  const plain = traffic.batchOf(largestEventBytes - besideBodyBytes, start, 1).body;
  // Its quotation marks take two bytes in the event.
  const asText = traffic.batchOf(
    Math.floor((plain.length * plain.length) / escapedLength(plain)),
    start,
    1,
  ).body;
  return [
    {
      what: `${mebibytes(asText)} as text, one minute`,
      body: asText,
      headers: { 'content-type': 'application/json' },
    },
    compressed('one minute', traffic.batchOf(largestBatchBytes, start, 1).body),
    compressed('a week of minutes', traffic.batchOf(largestBatchBytes, start, minutesOfWeek).body),
    compressed('another path each, one minute', distinctPaths(start, 1)),
    compressed('another path each, a week of minutes', distinctPaths(start, minutesOfWeek)),
  ];
}

/** Returns the maximum number of entries, in no order of time. */
function distinctPaths(start: Date, minutes: number): Buffer {
  const entries = Array.from({ length: maxEntriesPerBatch }, (_, n) => {
    const at = new Date(start.getTime() + ((n * 7_919) % minutes) * 60_000).toISOString().slice(0, 19);
    return `{"receivedAt":"${at}Z","method":"GET","path":"/${n.toString(36)}"}`;
  });
  return Buffer.from(`[${entries.join(',')}]`);
}

function compressed(what: string, body: Buffer): LargestBatch {
  const gzipped = gzipSync(body);
  if ((gzipped.length * 4) / 3 > largestEventBytes - besideBodyBytes) {
    throw new RangeError(`${what}: ${gzipped.length} bytes do not fit into an event.`);
  }
  const headers = { 'content-type': 'application/gzip' };
  return { what: `${mebibytes(body)} in ${mebibytes(gzipped)}, ${what}`, body: gzipped, headers };
}

function escapedLength(body: Buffer): number {
  return Buffer.byteLength(JSON.stringify(body.toString()));
}

function mebibytes({ length }: Buffer): string {
  return `${(length / 1_024 / 1_024).toFixed(1)} MiB`;
}
