import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { auditData } from '../faults/audit-data.ts';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { useFaultyDisk } from './faulty-disk.ts';
import { countedRequests, december, entry, json, postLogs, rolledUpRequests } from './requests.ts';

const { emulator, breakDisk, heal } = useFaultyDisk();
const customerId = 'cus-outage';
const headers = { 'idempotency-key': 'kept-for-later' };
const backlog = () => createPipelineClient(emulator.http, customerId).readBacklog();

/** Paths of the objects, and of their place during the outage, like a disk that was unmounted. */
const objects = () => join(emulator.dataDirectory, 'objects');
const away = () => join(emulator.dataDirectory, 'objects-away');

it('takes batches before the outage, and has not counted all of them when it begins', async () => {
  expect((await postLogs(emulator, { customerId, body: [entry] })).status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(1);

  await breakDisk({ operation: 'rename', path: '/aggregates/', code: 'EIO' });
  for (const key of ['waiting-1', 'waiting-2']) {
    const batch = { customerId, body: [entry], headers: { 'idempotency-key': key } };
    expect((await postLogs(emulator, batch)).status).toBe(202);
  }
  await rename(objects(), away());
  await heal(); // from here on, only the missing store keeps them from being counted
  expect(await backlog()).toBe(2);
});

it('answers 503 with retry-after while the store is gone, for writes and for reads', async () => {
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

it('keeps what waits to be counted, and makes no dead letter of it', async () => {
  const output = emulator.output.length;
  while (!emulator.output.slice(output).includes('is tried again')) await sleep(50);
  expect(await backlog()).toBe(2);
});

it('goes on without a restart when the store is back, and counts what waited and the retry once', async () => {
  await rename(away(), objects());
  const answer = await postLogs(emulator, { customerId, body: [entry, entry], headers });

  expect(answer.status).toBe(202);
  expect(await countedRequests(emulator, customerId)).toBe(5);
  const letters = await runCommand('dead-letters', '--json', '--data-dir', emulator.dataDirectory);
  expect(jsonLines(letters)).toEqual([]);
  await rolledUpRequests(emulator, customerId, 5);
  expect(await auditData(emulator.dataDirectory, 'as sent', 4)).toEqual([]);
});
