import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { HttpAnswer } from '../../client/http-client.ts';
import { auditData } from '../faults/audit-data.ts';
import { useFaultyDisk } from './faulty-disk.ts';
import { askForBatch, countedRequests, entry, json, postLogs, rolledUpRequests } from './requests.ts';

const maxBacklogRecords = 5;
const { emulator, breakDisk, heal } = useFaultyDisk({
  env: { MAX_BACKLOG_RECORDS: String(maxBacklogRecords) },
});
const customerId = 'cus-overload';

function post(key: string, body: readonly object[] = [entry]): Promise<HttpAnswer> {
  return postLogs(emulator, { customerId, body, headers: { 'idempotency-key': key } });
}

async function storedBatches(): Promise<string[]> {
  return (await readdir(join(emulator.dataDirectory, 'objects', 'batches', customerId))).sort();
}

it('refuses what is too much before it stores anything of it, and takes it when there is room again', async () => {
  await breakDisk({ operation: 'link', path: '/aggregates/', code: 'EIO' });
  const accepted = Array.from({ length: maxBacklogRecords + 1 }, (_, n) => `accepted-${n}`);
  for (const key of accepted) expect((await post(key)).status).toBe(202);
  const stored = await storedBatches();
  expect(stored).toEqual(accepted.map((key) => `k-${key}`));

  for (let attempt = 0; attempt < 3; attempt++) {
    const { status, headers, body } = await post('refused');
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body.toString()).toContain('API_1005');
  }
  // A repetition of what waits is answered from what is stored: it adds nothing to the backlog.
  expect(json(await post('accepted-0'))).toMatchObject({ errorCode: 'ING_1001' });
  expect(await askForBatch(emulator, customerId, 'refused')).toMatchObject({ errorCode: 'QRY_1001' });
  expect(await storedBatches()).toEqual(stored);

  await heal();
  expect(await countedRequests(emulator, customerId)).toBe(accepted.length);
  // Its key was not used up: another batch can still use it.
  expect((await post('refused', [entry, entry])).status).toBe(202);
  expect(json(await post('refused', [entry, entry]))).toMatchObject({ errorCode: 'ING_1001' });
  expect(await countedRequests(emulator, customerId)).toBe(accepted.length + 2);
  await rolledUpRequests(emulator, customerId, accepted.length + 2);
  expect(await auditData(emulator.dataDirectory, 'as sent', accepted.length + 1)).toEqual([]);
});
