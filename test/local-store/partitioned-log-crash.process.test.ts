import { execFile, spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openPartitionedLog } from '../../local-store/partitioned-log.ts';
import {
  appenderStream,
  partsOf,
  readAppended,
  writerCount,
  type Appended,
} from './partitioned-log/appended-records.ts';
import { clock, openLog, readAll, temporaryDirectory } from './temporary-log.ts';

/** The output of the disk filler. */
const filled = z.object({
  acknowledged: z.array(z.string()),
  refusals: z.array(z.string()),
  records: z.number(),
});

function nodeArguments(script: string): readonly string[] {
  return ['--import', 'tsx', fileURLToPath(new URL(`./partitioned-log/${script}`, import.meta.url))];
}

/**
 * Lets the appender run until it has acknowledged this many puts, kills it, and returns the last put of each writer.
 */
async function appendAndKill(directory: string, firstPut: number, puts: number): Promise<readonly number[]> {
  const appender = spawn(process.execPath, [...nodeArguments('appender.ts'), directory, String(firstPut)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged = Array.from({ length: writerCount }, () => -1);
  let lines = 0;
  for await (const line of createInterface({ input: appender.stdout })) {
    const [writer = -1, put = -1] = line.split(' ').map(Number);
    acknowledged[writer] = put;
    lines += 1;
    if (lines === puts) appender.kill('SIGKILL');
  }
  return acknowledged;
}

/** Returns the log's records of each writer, in order. */
async function readByWriter(directory: string): Promise<ReadonlyMap<string, readonly Appended[]>> {
  const log = await openPartitionedLog(directory, { clock });
  try {
    const stream = await log.stream(appenderStream.name, appenderStream.settings);
    const byWriter = new Map<string, Appended[]>();
    for (const record of stream.partitions().flatMap((partition) => readAll(stream, partition))) {
      const appended = byWriter.get(record.partitionKey) ?? [];
      appended.push(readAppended(record));
      byWriter.set(record.partitionKey, appended);
    }
    return byWriter;
  } finally {
    await log.close();
  }
}

/** Returns all records of the puts from `first` to `last`. */
function appended(first: number, last: number): readonly Appended[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).flatMap((put) =>
    Array.from({ length: partsOf(put) }, (_, part) => ({ put, part })),
  );
}

describe('a process that is killed while it appends', () => {
  it('leaves all that it acknowledged, in order, no record torn and no put by half', async () => {
    const directory = await temporaryDirectory();
    let firstPut = 0;
    for (const puts of [500, 2_000, 1_200]) {
      const acknowledged = await appendAndKill(directory, firstPut, puts);
      const byWriter = await readByWriter(directory);
      let nextPut = firstPut;
      for (const [writer, lastAcknowledged] of acknowledged.entries()) {
        const records = (byWriter.get(`writer-${writer}`) ?? []).filter(({ put }) => put >= firstPut);
        const lastPut = records.at(-1)?.put ?? firstPut - 1;
        expect(lastPut).toBeGreaterThanOrEqual(lastAcknowledged);
        expect(records).toEqual(appended(firstPut, lastPut));
        nextPut = Math.max(nextPut, lastPut + 1);
      }
      firstPut = nextPut;
    }
  });
});

describe.skipIf(process.platform === 'win32')('a disk that is full', () => {
  it('refuses puts with the cause, ends nothing, and loses nothing that was acknowledged', async () => {
    const directory = await temporaryDirectory();
    const limited = [
      '-c',
      'ulimit -f 8000 && exec "$@"',
      'sh',
      process.execPath,
      ...nodeArguments('disk-filler.ts'),
    ];
    const { stdout } = await promisify(execFile)('sh', [...limited, directory]);
    const { acknowledged, refusals, records } = filled.parse(JSON.parse(stdout));
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(records).toBe(acknowledged.length);
    expect(refusals).toEqual(Array(3).fill(expect.stringMatching(/^Unavailable: .*EFBIG: file too large/)));
    // A failed reservation keeps no space from those who need less.
    const { size } = await stat(join(directory, 'data.mdb'));
    expect(size % (1024 * 1024)).toBe(0);
    const stream = await (await openLog(directory)).stream('insights', { partitionCount: 1, consumers: [] });
    const kept = readAll(stream, 0).map(({ data }) => String(Number(data.toString())));
    expect(kept).toEqual(acknowledged);
    await stream.put([{ partitionKey: 'key', data: Buffer.from('once there is room') }]);
    expect(readAll(stream, 0).map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: acknowledged.length + 1 }, (_, index) => index + 1),
    );
  });
});
