import { describe, expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { countedWindows, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator({
  env: { DUPLICATE_STATUS: '202', MAX_BATCH_BYTES: '2000', MAX_KEYS_PER_DIMENSION: '2' },
});

describe('the environment', () => {
  it('DUPLICATE_STATUS=202 answers a duplicate by key as the first was answered', async () => {
    const sent = { customerId: 'cus-again', body: [entry], headers: { 'idempotency-key': 'one' } };
    const first = await postLogs(emulator, sent);
    const second = await postLogs(emulator, sent);

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(json(second)).toEqual(json(first));
  });

  it('DUPLICATE_STATUS=202 still refuses the same key with another body', async () => {
    const sent = { customerId: 'cus-other-body', headers: { 'idempotency-key': 'one' } };
    await postLogs(emulator, { ...sent, body: [entry] });

    expect((await postLogs(emulator, { ...sent, body: [entry, entry] })).status).toBe(422);
  });

  it('MAX_BATCH_BYTES is the largest body that is taken', async () => {
    const body = JSON.stringify([entry]);
    const largest = await postLogs(emulator, { customerId: 'cus-size', body: body.padEnd(2_000) });
    const larger = await postLogs(emulator, { customerId: 'cus-size', body: body.padEnd(2_001) });

    expect([largest.status, larger.status]).toEqual([202, 413]);
  });

  it('MAX_KEYS_PER_DIMENSION folds what comes after it, and keeps the total', async () => {
    const entryOf = (path: string) => ({ ...entry, path });
    const body = ['/a', '/a', '/a', '/b', '/b', '/c', '/d'].map(entryOf);
    await postLogs(emulator, { customerId: 'cus-fold', body });

    expect(await countedWindows(emulator, 'cus-fold')).toMatchObject([
      { requests: 7, requestsByPath: { 'GET /a': 3, 'GET /b': 2, '(other)': 2 } },
    ]);
  });
});
