import { appendFile, copyFile, mkdtemp, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { followLog } from '../../../commands/ship/input/follow-log.ts';
import { UnreadableLog } from '../../../commands/ship/log.ts';

const pollMilliseconds = 250;
const rotatedQuietMilliseconds = 1_000;
let path: string;

beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-follow-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  path = join(directory, 'access.log');
  await writeFile(path, 'one\n');
});

/**
 * Follows the log, and does each step at a moment when there is nothing new; stops when all steps are done and
 * their text was read.
 * @returns the texts of the logs, one each
 */
async function follow(
  ...steps: readonly (() => Promise<unknown>)[]
): Promise<{ logs: string[]; ended: number }> {
  const stop = new AbortController();
  const left = [...steps];
  let now = 0;
  /** The waits since the last step; enough of them make the reader leave a rotated log. */
  let idleWaits = 0;
  const timing = {
    now: () => now,
    async wait(milliseconds: number) {
      now += milliseconds;
      const step = left.shift();
      if (step !== undefined) await step();
      else if (++idleWaits > 3 * (rotatedQuietMilliseconds / pollMilliseconds)) stop.abort();
    },
  };
  const options = {
    signal: stop.signal,
    timing,
    onRead: () => {},
    pollMilliseconds,
    rotatedQuietMilliseconds,
  };
  const logs: string[] = [];
  let ended = 0;
  for await (const log of followLog(path, options)) {
    let text = '';
    for await (const event of log.events) {
      if (event.kind === 'bytes') text += event.bytes.toString();
      if (event.kind === 'end') ended += 1;
    }
    logs.push(text);
  }
  return { logs, ended };
}

const append =
  (text: string, to = path) =>
  () =>
    appendFile(to, text);
const nothing = () => Promise.resolve();

describe('a followed log', () => {
  it('is read from its first line, and as it grows', async () => {
    expect(await follow(append('two\nthr'), nothing, append('ee\n'))).toEqual({
      logs: ['one\ntwo\nthree\n'],
      ended: 0,
    });
  });

  it('is read to its end when it is renamed, with what is written to it afterwards, and then the new one', async () => {
    const { logs, ended } = await follow(
      append('two\n'),
      () => rename(path, `${path}.1`),
      append('three, by a server that has not reopened it\n', `${path}.1`),
      () => writeFile(path, 'four\n'),
      append('and still\n', `${path}.1`),
      append('five\n'),
    );
    expect(logs).toEqual([
      'one\ntwo\nthree, by a server that has not reopened it\nand still\n',
      'four\nfive\n',
    ]);
    expect(ended).toBe(1);
  });

  it('loses no line when it is rotated again before the reader has left the last file', async () => {
    const { logs } = await follow(
      () => rename(path, `${path}.1`),
      () => writeFile(path, 'two\n'),
      async () => {
        await rename(`${path}.1`, `${path}.2`);
        await rename(path, `${path}.1`);
        await writeFile(path, 'three\n');
      },
    );
    expect(logs).toEqual(['one\n', 'two\n', 'three\n']);
  });

  it('is read to its end though it was deleted', async () => {
    const handle = await open(path, 'a');
    const { logs } = await follow(
      () => rm(path),
      () => handle.appendFile('two\n'),
      () => writeFile(path, 'three\n'),
    );
    await handle.close();
    expect(logs).toEqual(['one\ntwo\n', 'three\n']);
  });

  it('starts again when it is emptied in place', async () => {
    const { logs, ended } = await follow(
      append('two\n'),
      async () => {
        await copyFile(path, `${path}.1`);
        await truncate(path);
      },
      append('three\n'),
    );
    expect(logs).toEqual(['one\ntwo\n', 'three\n']);
    expect(ended).toBe(1);
  });

  it('starts again when it was emptied and is already longer than before', async () => {
    const { logs } = await follow(async () => {
      await truncate(path);
      await appendFile(path, 'another line, and a longer one\n');
    });
    expect(logs).toEqual(['one\n', 'another line, and a longer one\n']);
  });

  it('may be empty at first', async () => {
    await truncate(path);
    expect(await follow(append('one\n'))).toEqual({ logs: ['one\n'], ended: 0 });
  });

  it('must exist, and must not be compressed', async () => {
    await writeFile(path, gzipSync('one\n'));
    await expect(follow()).rejects.toThrow('a compressed log does not grow');
    await rm(path);
    await expect(follow()).rejects.toThrow(UnreadableLog);
  });
});
