import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Emulator } from '../e2e/emulator.ts';
import { countedRequests, entry, postLogs } from '../e2e/requests.ts';
import { databaseCommits, type DatabaseCommit } from './database-commits.ts';
import { readTrace, traceInto, type SystemCall } from './system-calls.ts';

/**
 * The result of a power cut depends on what was flushed before it. This test reads the operating system's own record
 * of the emulator's calls: each flush must exist, and must have returned before anything that depends on it begins.
 */

const customerId = 'cus-flushed';
const calls = ['openat', 'write', 'writev', 'pwrite64', 'pwritev', 'fdatasync', 'fsync', 'sendto', 'sendmsg'];
const names = ['unlink', 'unlinkat', 'mkdir', 'mkdirat', 'link', 'linkat', 'rename', 'renameat', 'renameat2'];

let directory: string;
let dataDirectory: string;
let trace: readonly SystemCall[];
let commits: readonly DatabaseCommit[];

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'flush-order-'));
  const file = join(directory, 'trace');
  // Nothing is verified meanwhile, so each commit belongs to ingest or aggregate.
  const env = { VERIFY_AFTER_SECONDS: '600' };
  const emulator = new Emulator({ env, under: traceInto(file, [...calls, ...names]) });
  try {
    await emulator.start();
    dataDirectory = emulator.dataDirectory;
    for (const [n, key] of ['first', 'second'].entries()) {
      const body = [{ ...entry, path: `/path-of-${key}` }];
      await postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });
      while ((await countedRequests(emulator, customerId)) <= n) await sleep(20);
    }
    await emulator.end(); // stopped in order, so that it has written its checkpoints
  } finally {
    await emulator.remove();
  }
  trace = readTrace(file);
  commits = databaseCommits(trace, join(dataDirectory, 'log', 'data.mdb'));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A step that must have happened, and when: `undefined` if it is not in the trace. */
type Step = readonly [name: string, at: number | undefined];

/** Returns the names of the steps that were found, in time order. */
function inOrder(steps: readonly Step[]): string[] {
  return steps
    .flatMap(([name, at]) => (at === undefined ? [] : [{ name, at }]))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

const called = (name: RegExp, text: string, after = -1) =>
  trace.find((call) => call.began > after && name.test(call.name) && call.text.includes(text));
const committed = (text: string, after = -1) =>
  commits.find((commit) => commit.began > after && commit.pages.includes(text));

/** Returns the steps of an object: when its content was written and flushed, and when it got its final name. */
function stepsOf(key: string, after: number): { steps: Step[]; ended: number | undefined } {
  const place = join(dataDirectory, 'objects', key);
  const naming = called(/^(link|rename)/, `"${place}"`, after);
  const temporary = /"([^"]*)"/.exec(naming?.text ?? '')?.[1] ?? 'no temporary file';
  const write = called(/^p?write/, `<${temporary}>`);
  const flush = called(/^f(data)?sync$/, `<${temporary}>`, write?.ended);
  const flushOfName = called(/^fsync$/, `<${dirname(place)}>`, naming?.ended);
  return {
    steps: [
      [`${key}: its content is written`, write?.ended],
      [`${key}: its content is flushed`, flush?.ended],
      [`${key}: it gets its name`, naming?.began],
      [`${key}: its name is flushed`, flushOfName?.ended],
    ],
    ended: flushOfName?.ended,
  };
}

/**
 * Returns the directories of an object that were created after a moment, from the top: each is named in the one above
 * it.
 */
function stepsOfNewDirectories(key: string, after: number): Step[] {
  const made = (path: string) => called(/^mkdir/, `"${path}"`, after);
  const levels = key.split('/').slice(0, -1);
  return levels.flatMap((_, n): Step[] => {
    const path = join(dataDirectory, 'objects', ...levels.slice(0, n + 1));
    const making = made(path);
    if (making === undefined) return [];
    const flush = called(/^fsync$/, `<${dirname(path)}>`, making.ended);
    const name = levels.slice(0, n + 1).join('/');
    return [
      [`${name}/ is made`, making.began],
      [`${name}/ is flushed where it is named`, flush?.ended],
    ];
  });
}

function expectInOrder(steps: readonly Step[]): void {
  expect(inOrder(steps)).toEqual(steps.map(([name]) => name));
}

/** A batch: its temporary file, which is durable by name and content before it gets its place. */
function stepsOfIntent(key: string): { steps: Step[]; ended: number | undefined } {
  const naming = called(/^link/, `"${join(dataDirectory, 'objects', key)}"`);
  const temporary = /"([^"]*)"/.exec(naming?.text ?? '')?.[1] ?? 'no temporary file';
  const write = called(/^p?write/, `<${temporary}>`);
  const flush = called(/^f(data)?sync$/, `<${temporary}>`, write?.ended);
  const flushOfName = called(/^fsync$/, `<${dirname(temporary)}>`, flush?.ended);
  return {
    steps: [
      [`${key}: its content is written`, write?.ended],
      [`${key}: its content is flushed`, flush?.ended],
      [`${key}: the name of its temporary file is flushed`, flushOfName?.ended],
      [`${key}: it gets its name`, naming?.began],
    ],
    ended: naming?.ended,
  };
}

describe.each(['first', 'second'])('before the %s batch is answered', (batch) => {
  it('everything that the answer promises was flushed, each part before the next began', () => {
    const key = `batches/${customerId}/k-${batch}`;
    const object = stepsOfIntent(key);
    const record = committed(`/path-of-${batch}`, object.ended);
    const directories = stepsOfNewDirectories(key, -1);
    expectInOrder([
      ...(batch === 'first' ? directories : []),
      ...object.steps,
      ['its partial begins to be committed', record?.began],
      ['its partial is committed', record?.ended],
      ['202 is written', called(/^(write|send)/, 'HTTP/1.1 202', record?.ended)?.began],
    ]);
    expect(directories).toHaveLength(4);
  });

  it('and before its temporary file is removed, its notification and its name were flushed', () => {
    const place = join(dataDirectory, 'objects', 'batches', customerId, `k-${batch}`);
    const naming = called(/^link/, `"${place}"`);
    const temporary = /"([^"]*)"/.exec(naming?.text ?? '')?.[1] ?? 'no temporary file';
    const notice = committed(`k-${batch}`, naming?.ended);
    const flush = called(/^fsync$/, `<${dirname(place)}>`, notice?.ended);
    const removal = called(/^unlink/, `"${temporary}"`);
    expect(removal).toBeDefined();
    expectInOrder([
      ['it gets its name', naming?.began],
      ['its notification is committed', notice?.ended],
      ['its name is flushed', flush?.ended],
      ['its temporary file is removed', removal?.began],
    ]);
  });

  it('or its partial counts as done, its window was flushed', () => {
    const key = `aggregates/minute/${customerId}/2025/12/28/18/03.json`;
    const after = committed(`/path-of-${batch}`)?.ended ?? 0;
    const window = stepsOf(key, after);
    const notification = committed('18/03.json', after);
    const checkpoint = committed('aggregateLate', window.ended);
    expectInOrder([
      ['its partial is committed', after],
      ['the notification of its window is committed', notification?.ended],
      ...stepsOfNewDirectories(key, after),
      ...window.steps,
      ['the checkpoint begins to be committed', checkpoint?.began],
      ['the checkpoint is committed', checkpoint?.ended],
    ]);
    // This is the first checkpoint since the partial was committed.
    expect(committed('aggregateLate', after)).toEqual(checkpoint);
  });
});
