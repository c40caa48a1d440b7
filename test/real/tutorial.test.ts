import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';

const run = promisify(execFile);
const tutorial = readFileSync(new URL('../../docs/tutorial/first-hour.md', import.meta.url), 'utf8');

/** The tutorial's commands that have their output below them. */
const examples = [...tutorial.matchAll(/```sh\n(?<command>[^`]+)```\n```json\n(?<output>[^`]+)```/g)].map(
  ({ groups: { command = '', output = '' } = {} }) => ({ command, output }),
);

const emulator = useEmulator();

async function shell(command: string): Promise<string> {
  const here = command.replaceAll('http://localhost:3000', emulator.baseUrl.origin);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', here]);
  return stdout;
}

/** Removes the times of storing, writing and counting, which differ from run to run. */
function comparable(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) =>
    ['updatedAt', 'storedAt', 'countedThrough'].includes(key) && value !== null ? 'some time' : value,
  );
}

describe('the commands of the tutorial', () => {
  it('exist', () => {
    expect(examples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(examples)('answer as documented: $command', async ({ command, output }) => {
    // Counts appear a moment after the 202, and are rolled up some seconds later; repeating a POST changes nothing,
    // but gets the answer for a duplicate.
    if (!command.includes('/logs')) {
      await expect.poll(async () => comparable(await shell(command))).toEqual(comparable(output));
    } else {
      expect(comparable(await shell(command))).toEqual(comparable(output));
    }
  });
});

describe('bodies that other programs compressed', () => {
  const line = '{"receivedAt":"2025-12-28T18:10:00Z","method":"GET","path":"/","userAgent":"curl/8.0"}';
  const post = (key: string, encoding: string) =>
    `curl -s http://localhost:3000/logs -H 'x-customer-id: cus-real' -H 'idempotency-key: ${key}' ` +
    `-H 'content-type: application/x-ndjson' -H 'content-encoding: ${encoding}' --data-binary @-`;

  it.each([
    ['gzip', 'gzip -9'],
    ['br', 'brotli -c'],
  ])('are read: %s', async (encoding, program) => {
    const answer = await shell(
      `printf '%s\\n' '${line}' '${line}' | ${program} | ${post(encoding, encoding)}`,
    );
    expect(JSON.parse(answer)).toEqual({ batchId: encoding, entries: 2, windows: 1 });
  });
});
