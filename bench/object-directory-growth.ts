import { hash } from 'node:crypto';
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { anyText, value } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import { openObjectDirectory, type ObjectDirectory } from '../local-store/object-directory.ts';

const inFlight = [1, 16, 64];
const body = Buffer.alloc(2048, 'a line of a log\n');
/** ext4 allows 65,000 names per file. */
const maxLinks = 60_000;

function keyOf(n: number): ObjectKey {
  return `batches/cus/h-${hash('sha256', String(n))}` as ObjectKey;
}

/** Runs `operation` a number of times, several at once, and prints the cost of one. */
async function measure(
  label: string,
  concurrency: number,
  times: number,
  operation: (n: number) => Promise<unknown>,
): Promise<void> {
  const latencies: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < times) {
      const n = next;
      next += 1;
      const start = performance.now();
      await operation(n);
      latencies.push(performance.now() - start);
    }
  };
  const start = performance.now();
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const mainThread = performance.eventLoopUtilization(loop).active * 1000;
  latencies.sort((a, b) => a - b);
  const p99 = latencies[Math.floor(latencies.length * 0.99)] ?? 0;
  console.log(
    `${label} ${String(concurrency).padStart(3)} in flight: ${(times / seconds).toFixed(0).padStart(6)}/s,` +
      ` p99 ${p99.toFixed(1)} ms, ${((user + system) / times).toFixed(0)} µs of processor time,` +
      ` ${(mainThread / times).toFixed(0)} µs of them in the main thread`,
  );
}

async function measureList(directory: ObjectDirectory): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  let first: number | undefined;
  let keys = 0;
  for await (const _ of directory.list('batches/')) {
    first ??= performance.now() - start;
    keys += 1;
  }
  const all = performance.now() - start;
  await setTimeout(10); // the delay is recorded when the event loop next turns
  console.log(
    `list of ${keys}: first key after ${first?.toFixed(0)} ms, all after ${all.toFixed(0)} ms,` +
      ` the event loop blocked for at most ${(delay.max / 1e6).toFixed(0)} ms`,
  );
}

function fill(root: string, from: number, to: number): void {
  mkdirSync(`${root}/batches/cus`, { recursive: true });
  let source = '';
  for (let n = from; n < to; n += 1) {
    const path = `${root}/${keyOf(n)}`;
    if (n % maxLinks === 0 || source === '') writeFileSync((source = path), body);
    else linkSync(source, path);
  }
}

const { in: parent } = programOptions({
  program: 'npx tsx bench/object-directory-growth.ts',
  summary:
    'Measures a put, a get and a list in a directory of no, 100,000 and a million objects. The directory is filled with hard ' +
    'links to a few objects, which creates the names in a minute and needs no space.',
  options: {
    in: value({
      shows: '<directory>',
      help: 'a directory on the disk to measure',
      default: tmpdir(),
      shownDefault: 'that of temporary files',
      read: anyText,
    }),
  },
});
const root = await mkdtemp(join(parent, 'object-directory-growth-'));
const directory = await openObjectDirectory(root);
try {
  let filled = 0;
  for (const objects of [0, 100_000, 1_000_000]) {
    fill(root, filled, objects);
    filled = objects;
    console.log(`\n${objects} objects in one directory`);
    for (const concurrency of inFlight) {
      const offset = 1e9 + objects * 10 + concurrency * 1e5;
      const times = concurrency === 1 ? 500 : 3000;
      await measure('put', concurrency, times, (n) =>
        directory.put(keyOf(offset + n), body, { ifNoneMatch: '*' }),
      );
      await measure('get', concurrency, times, (n) => directory.get(keyOf(offset + n)));
    }
    await measureList(directory);
  }
} finally {
  await directory.close();
  await rm(root, { recursive: true });
}
