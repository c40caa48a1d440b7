import { open } from 'node:fs/promises';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import * as z from 'zod';
import { dimensions } from '../../lib/domain/dimensions.ts';
import type { Sink } from './sinks.ts';

const countsSchema = z.record(z.string(), z.number());

const windowSchema = z.looseObject({
  windowStart: z.string(),
  windowSize: z.string(),
  complete: z.boolean(),
  requests: z.number(),
});

/** The columns of CSV. Keys are unchanged, since no spreadsheet takes them for formulas. */
const schema = [
  { name: 'root', num_children: 7 },
  { name: 'windowStart', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
  { name: 'windowSize', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'complete', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  { name: 'dimension', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  { name: 'requests', type: 'INT64', repetition_type: 'REQUIRED' },
  { name: 'countedThrough', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
] as const;

interface Row {
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
  const rowOf = (dimension: string, key: string, requests: number): Row =>
    Object.assign({ dimension, key, requests: BigInt(requests) }, common);
  const ofKeys = dimensions.flatMap(({ field, name }) => {
    const counts = window[field] === undefined ? {} : countsSchema.parse(window[field]);
    return Object.entries(counts).map(([key, requests]) => rowOf(name, key, requests));
  });
  return [rowOf('total', '', window.requests), ...ofKeys];
}
