import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../client/http-client.ts';
import { runCommand } from '../commands/run-command.ts';
import { useFaultyDisk, type Fault } from './faulty-disk.ts';
import { countedRequests, december, entry, json, postLogs } from './requests.ts';

interface Row extends Fault {
  readonly name: string;
  readonly code: string;
}

const { emulator, breakDisk, heal } = useFaultyDisk();

function post(customerId: string, key: string, body: readonly object[] = [entry]): Promise<HttpAnswer> {
  return postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });
}

/** Repeats a batch like a client, until the answer says that it is counted. */
async function repeat(customerId: string, key: string, body?: readonly object[]): Promise<void> {
  for (;;) {
    const { status } = await post(customerId, key, body);
    if (status === 202 || status === 409) return;
    expect(status).toBe(503);
    await sleep(20);
  }
}

function expectUnavailable(answer: HttpAnswer): void {
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(json(answer)).toMatchObject({ errorCategory: 'AVAILABILITY', errorCode: 'API_1002' });
  expect(answer.body.toString()).not.toContain('injected');
}

const objects = '/objects/';
const rows: readonly Row[] = [
  { name: 'the disk of the objects is full', operation: 'write', path: objects, code: 'ENOSPC' },
  { name: 'the objects are read-only', operation: 'create', path: objects, code: 'EACCES' },
  { name: 'no directory can be made', operation: 'mkdir', path: objects, code: 'EROFS' },
  { name: 'what is written cannot be flushed', operation: 'fdatasync', path: objects, code: 'EIO' },
  { name: 'a directory cannot be flushed', operation: 'fsync', path: objects, code: 'EIO' },
  { name: 'an object cannot be named', operation: 'link', path: objects, code: 'EIO' },
  { name: 'the log cannot be written', operation: 'commit', path: 'log', code: 'EIO' },
];

describe.each(rows)('while $name ($operation: $code)', ({ name, operation, path, code }) => {
  const customerId = `cus-${name.replaceAll(/\W/g, '-')}`;
  const keys = ['one', 'two', 'three'];

  it('answers 503, says why in the log, and goes on when that is over, with nothing lost or doubled', async () => {
    if (operation !== 'mkdir') await repeat(customerId, 'before');
    await breakDisk({ operation, path, code });
    for (const answer of await Promise.all(keys.map((key) => post(customerId, key)))) {
      expectUnavailable(answer);
    }
    expect(emulator.output).toContain(`${code}: injected into ${operation}`);
    await heal();
    for (const key of ['before', ...keys]) await repeat(customerId, key);
    expect(await countedRequests(emulator, customerId)).toBe(4);
  });
});

describe('while windows cannot be replaced', () => {
  it('takes batches, and counts them when that is over, without a dead letter', async () => {
    await repeat('cus-window', 'before');
    expect(await countedRequests(emulator, 'cus-window')).toBe(1);
    await breakDisk({ operation: 'rename', path: '/aggregates/', code: 'EIO' });
    for (const key of ['one', 'two']) expect((await post('cus-window', key)).status).toBe(202);
    while (!emulator.output.includes('EIO: injected into rename')) await sleep(20);
    await heal();
    expect(await countedRequests(emulator, 'cus-window')).toBe(3);
    const letters = await runCommand('dead-letters', '--json', '--data-dir', emulator.dataDirectory);
    expect(letters).toMatchObject({ exitCode: 0, stdout: '' });
  });
});

describe('while objects cannot be read', () => {
  it('answers 503 and never that there are none', async () => {
    await repeat('cus-read', 'before');
    expect(await countedRequests(emulator, 'cus-read')).toBe(1);
    await breakDisk({ operation: 'read', path: objects, code: 'EIO' });
    const headers = { 'x-customer-id': 'cus-read' };
    const query = new URLSearchParams(december).toString();
    expectUnavailable(await emulator.http.request(`/aggregates?${query}`, { headers }));
    expectUnavailable(await emulator.http.request('/batches/before', { headers }));
    expectUnavailable(await post('cus-read', 'before'));
    await heal();
    expect(await countedRequests(emulator, 'cus-read')).toBe(1);
  });
});

describe('while the log gets no more room', () => {
  it('refuses a batch that does not fit, and accepts it once there is room', async () => {
    const large = Array.from({ length: 900 }, (_, n) => ({ ...entry, path: `/${n}`.padEnd(2_000, 'x') }));
    await breakDisk({ operation: 'reserve', path: 'log', code: 'ENOSPC' });
    expectUnavailable(await post('cus-room', 'large', large));
    expect((await post('cus-room', 'small')).status).toBe(202);
    expect(emulator.output).toContain('ENOSPC: injected into reserve');
    await heal();
    await repeat('cus-room', 'large', large);
    expect(await countedRequests(emulator, 'cus-room')).toBe(901);
  });
});

describe('a slow disk', () => {
  it.each([
    { operation: 'fdatasync', path: objects },
    { operation: 'commit', path: 'log' },
  ])('delays those alone who wait for it: $operation', async ({ operation, path }) => {
    const customerId = `cus-slow-${operation}`;
    await breakDisk({ operation, path, stands: true });
    let hasAnswer = false;
    const slow = post(customerId, 'slow').finally(() => (hasAnswer = true));
    while (!emulator.output.includes(`stands still: ${operation}`)) await sleep(20);
    expect((await emulator.http.request('/metrics')).status).toBe(200);
    expect(hasAnswer).toBe(false);
    await heal();
    expect((await slow).status).toBe(202);
    expect(await countedRequests(emulator, customerId)).toBe(1);
  });
});

describe('when the thread that writes objects dies', () => {
  it.each(['fdatasync', 'link'])(
    'answers 503 to those in its round, starts another thread and counts once: %s',
    async (operation) => {
      const customerId = `cus-thread-${operation}`;
      await repeat(customerId, 'before');
      await breakDisk({ operation, path: objects, exitsAfter: true });
      expectUnavailable(await post(customerId, 'the-batch'));
      await heal();
      expect(emulator.output).toContain('The thread that writes objects has died');
      await repeat(customerId, 'the-batch');
      expect(await countedRequests(emulator, customerId)).toBe(2);
    },
  );
});

it('leaves no unhandled rejection', () => {
  expect(emulator.output).not.toContain('A rejection was not handled');
});
