import { open } from 'node:fs/promises';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import * as z from 'zod';
import { dimensions } from '../../lib/domain/dimensions.ts';
import type { Sink } from './sinks.ts';

/** Numbers by key; `z.record` would leave out a key named `__proto__`. */
const countsSchema = z
  .custom<Readonly<Record<string, number>>>(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every((count) => typeof count === 'number'),
  )
  .transform((counts) => new Map(Object.entries(counts)));
const noCounts: ReadonlyMap<string, number> = new Map();
const durationSchema = z.object({
  requests: z.number(),
  sumMs: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
});

const windowSchema = z.looseObject({
  windowStart: z.string(),
  windowSize: z.string(),
  complete: z.boolean(),
  requests: z.number(),
  bytes: z.number().optional(),
  duration: durationSchema.optional(),
  visitors: z.number().optional(),
  bytesByPath: countsSchema.optional(),
  durationMsByPath: countsSchema.optional(),
});

/** The columns of CSV, and the requests behind a mean. Keys are unchanged, since no spreadsheet takes them for formulas. */
const schema = [
  { name: 'root', num_children: 14 },
  { name: 'windowStart', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
  { name: 'windowSize', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'complete', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  { name: 'dimension', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'requests', type: 'INT64', repetition_type: 'REQUIRED' },
  { name: 'countedThrough', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
  { name: 'bytes', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'durationMs', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'p50Ms', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'p95Ms', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'p99Ms', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'visitors', type: 'INT64', repetition_type: 'OPTIONAL' },
  { name: 'durationRequests', type: 'INT64', repetition_type: 'OPTIONAL' },
] as const;

/** Cells of facts; those that nothing is known of are empty. */
interface Facts {
  readonly bytes?: bigint | undefined;
  readonly durationMs?: bigint | undefined;
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
  readonly visitors?: bigint | undefined;
  /** Requests that had a duration. */
  readonly durationRequests?: bigint | undefined;
}

interface Row extends Facts {
  readonly windowStart: Date;
  readonly windowSize: string;
  readonly complete: boolean;
  readonly dimension: string;
  readonly key: string;
  readonly requests: bigint;
  readonly countedThrough: Date | undefined;
}

/** Readers skip row groups that they do not need; a page alone would be too small for one. */
const rowsPerGroup = 100_000;

/** Creates a sink that writes a Parquet file, with a row for each key, as in CSV. */
export function createParquetSink(path: string): Sink {
  const writer = new ParquetWriter({ writer: fileWriter(path), schema: [...schema] });
  let rows: Row[] = [];

  async function writeGroup(): Promise<void> {
    if (rows.length === 0) return;
    const columnData = schema
      .slice(1)
      .map(({ name }) => ({ name, data: rows.map((row) => row[name as keyof Row]) }));
    await writer.write({ columnData, rowGroupSize: rowsPerGroup });
    rows = [];
  }

  return {
    pageFormat: 'ndjson',
    async write({ text, countedThrough }) {
      const counted = countedThrough === undefined ? undefined : new Date(countedThrough);
      const before = rows.length;
      for (const line of text.split('\n')) if (line !== '') rows.push(...rowsOf(line, counted));
      const added = rows.length - before;
      if (rows.length >= rowsPerGroup) await writeGroup();
      return added;
    },
    async finish() {
      await writeGroup();
      await writer.finish();
      const file = await open(path, 'r+');
      await file.sync();
      await file.close();
    },
    close: async () => {}, // the writer opens the file for each write
  };
}

function rowsOf(line: string, countedThrough: Date | undefined): Row[] {
  const window = windowSchema.parse(JSON.parse(line));
  const common = {
    windowStart: new Date(window.windowStart),
    windowSize: window.windowSize,
    complete: window.complete,
    countedThrough,
  };
  const rowOf = (dimension: string, key: string, requests: number, facts: Facts = {}): Row =>
    Object.assign({ dimension, key, requests: BigInt(requests) }, common, facts);
  const ofKeys = dimensions.flatMap(({ field, name }) => {
    const counts = window[field] === undefined ? noCounts : countsSchema.parse(window[field]);
    return Array.from(counts, ([key, requests]) =>
      rowOf(name, key, requests, field === 'requestsByPath' ? factsOfPath(key, window) : {}),
    );
  });
  return [rowOf('total', '', window.requests, factsOfAll(window)), ...ofKeys];
}

type Window = z.output<typeof windowSchema>;

function factsOfAll({ bytes, duration, visitors }: Window): Facts {
  const { requests, sumMs, ...percentiles } = duration ?? {};
  return {
    bytes: wholeOf(bytes),
    durationMs: wholeOf(sumMs),
    ...percentiles,
    visitors: wholeOf(visitors),
    durationRequests: wholeOf(requests),
  };
}

/** Returns the sums of a path. A window leaves out those that are 0: for bytes, that is all that a missing one can mean. */
function factsOfPath(path: string, { bytes, bytesByPath, durationMsByPath }: Window): Facts {
  return {
    bytes: bytes === undefined ? undefined : BigInt(bytesByPath?.get(path) ?? 0),
    durationMs: wholeOf(durationMsByPath?.get(path)),
  };
}

function wholeOf(number: number | undefined): bigint | undefined {
  return number === undefined ? undefined : BigInt(number);
}
