import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { countedRequests, december, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator();
const customerId = 'cus-outage';
const headers = { 'idempotency-key': 'kept-for-later' };

/** Where the objects are, and where they are during the outage: a disk that was unmounted. */
const objects = () => join(emulator.dataDirectory, 'objects');
const away = () => join(emulator.dataDirectory, 'objects-away');

it('takes a batch before the outage', async () => {
  expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(1);
});

it('answers 503 with retry-after while the store is gone, for writes and for reads', async () => {
  await rename(objects(), away());
  const answers = [
    await postLogs(emulator, { customerId, body: [entry, entry], headers }),
    await emulator.http.request(`/aggregates?${new URLSearchParams(december).toString()}`, {
      headers: { 'x-customer-id': customerId },
    }),
  ];

  expect(answers.map(({ status, headers }) => [status, headers['retry-after']])).toEqual([
    [503, '1'],
    [503, '1'],
  ]);
  for (const answer of answers) {
    expect(json(answer)).toMatchObject({ errorCategory: 'AVAILABILITY', errorCode: 'API_1002' });
    expect(answer.body.toString()).not.toContain(emulator.dataDirectory);
  }
});

it('goes on without a restart when the store is back, and counts the retry once', async () => {
  await rename(away(), objects());
  const answer = await postLogs(emulator, { customerId, body: [entry, entry], headers });

  expect(answer.status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(3);
});
