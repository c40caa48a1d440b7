import { appendFile, rename, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { realTiming, type Timing } from '../../../client/timing.ts';
import { runCommand, startCommand, startCommandInTime } from '../run-command.ts';
import { logText } from './sample-log.ts';
import { lines, startPipeline, text, to, writeLog } from './shipped-log.ts';

/** Shortens the waits for more lines, of seconds after a rotation. */
const hurried: Timing = {
  now: () => 50 * realTiming.now(),
  wait: (milliseconds, signal) => realTiming.wait(milliseconds / 50, signal),
};

let path: string;
beforeEach(async () => {
  ({ path } = await writeLog());
});

describe('npm run ship', () => {
  it('finishes its requests when it is interrupted, and has an exit code of its own for that', async () => {
    let interrupt = () => {};
    const pipeline = await startPipeline(() => {
      interrupt();
      return undefined;
    });
    const running = startCommand({}, 'ship', ...to(pipeline.url), '-');
    interrupt = () => {
      interrupt = () => {};
      running.kill('SIGINT');
    };
    running.stdin.write(text);
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(130);
    const sent = Number(/Entries sent +([\d,]+)\n/.exec(stdout)?.[1]?.replace(',', ''));
    expect(sent).toBe(pipeline.entries().length);
    expect(sent).toBeGreaterThan(0);
  });

  it('follows a log that is rotated, and ends cleanly', async () => {
    await writeFile(path, logText(lines.slice(0, 10)));
    const until = new Map<number, () => void>();
    const pipeline = await startPipeline();
    const reached = (count: number) =>
      new Promise<void>((resolve) => {
        until.set(count, resolve);
      });
    const watch = setInterval(() => {
      for (const [count, resolve] of until) if (pipeline.entries().length >= count) resolve();
    }, 10);
    onTestFinished(() => clearInterval(watch));

    const args = [...to(pipeline.url), '--follow', '--flush-after', '0', path];
    const running = startCommandInTime(hurried, 'ship', ...args);
    await reached(10);
    await appendFile(path, logText(lines.slice(10, 20)));
    await reached(20);
    await rename(path, `${path}.1`);
    await writeFile(path, logText(lines.slice(20, 30)));
    await reached(30);
    await appendFile(path, `${logText(lines.slice(30, 35))}half a li`);
    await reached(35);
    running.kill('SIGTERM');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Entries sent +35\n/);
    expect(stdout).toContain('Dashboard   ');
    // It has to stop soon.
    expect(pipeline.received.filter(({ path }) => path.startsWith('/aggregates'))).toEqual([]);

    const again = await runCommand('ship', ...to(pipeline.url), `${path}.1`, path);
    expect(again.stdout).toMatch(/Entries sent +0\n/);
    expect(pipeline.entries()).toHaveLength(35);
  });
});
