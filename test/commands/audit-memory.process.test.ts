import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { emptyCounts } from '../../lib/domain/dimensions.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { encodeWindow } from '../../lib/domain/window-format.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { windowStartOf } from '../../lib/domain/window.ts';
import { customer, instant, minuteOf } from '../factories.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { startProcess } from './run-command.ts';

const windows = 500;
const pathsPerWindow = 300;
/** The spool of the audit has four times as much, and a heap of this size is mostly the program itself. */
const heapMegabytes = 64;

/** Creates a data directory of wide minutes whose counts have no batch; every second one is in the place of another. */
async function directoryOfDifferences(): Promise<string> {
  const directory = await temporaryDirectory();
  const requestsByPath = new Map(
    Array.from({ length: pathsPerWindow }, (_, path) => [`GET /${path}`.padEnd(1_000, 'x'), 1]),
  );
  const window = {
    customerId: customer(),
    counts: { ...emptyCounts(), requestsByPath },
    requests: pathsPerWindow,
    batches: 0,
    lateRequests: 0,
    revision: 1,
    updatedAt: instant('2025-12-28T18:04:00Z'),
    partialIds: Buffer.alloc(0),
  };
  const first = minuteOf('2025-12-28T00:00:00Z');
  for (let minute = 0; minute < windows; minute++) {
    const windowStart = windowStartOf((first + minute) as EpochMinute);
    const itsPlace = windowStartOf((first + minute + (minute % 2) * windows) as EpochMinute);
    const path = join(directory, 'objects', minuteKey(window.customerId, itsPlace));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, encodeWindow({ ...window, windowStart }));
  }
  await mkdir(join(directory, 'objects/.tmp'));
  await writeFile(join(directory, 'format.json'), '{"formatVersion":1}\n');
  return directory;
}

it('uses the same memory however many windows differ', async () => {
  const directory = await directoryOfDifferences();
  const env = { NODE_OPTIONS: `--max-old-space-size=${heapMegabytes}` };
  const { exitCode, stdout } = await startProcess(env, 'audit', '--data-dir', directory).ended;
  expect(stdout).toMatch(new RegExp(`${windows} differences\\.\n$`));
  expect(exitCode).toBe(1);
});
