import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { batchKey } from '../../lib/domain/keys.ts';
import { ingest } from '../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { batchIdOf, customer, instant, simpleRules } from '../factories.ts';
import { useEmulator } from './emulator.ts';
import { countedRequests, entry, postLogs, rolledUpRequests } from './requests.ts';
import { withAdmission } from '../pipeline/with-admission.ts';

const emulator = useEmulator();
const customerId = 'cus-busy';
const old = { customerId: customer('cus-old'), id: batchIdOf('lost') };
const oldKey = batchKey(old.customerId, old.id);

async function send(key: string): Promise<void> {
  const { status } = await postLogs(emulator, {
    customerId,
    body: [entry],
    headers: { 'idempotency-key': key },
  });
  expect(status).toBe(202);
}

/** Adds a batch that was stored long ago, and that was never announced. */
async function plantOldBatch(): Promise<void> {
  const store = new InMemoryObjectStore();
  const clock = { now: () => instant('2025-12-28T18:04:00Z') };
  const stream = createInMemoryEventStream({ clock });
  const body = Buffer.from(JSON.stringify([entry]));
  const sent = { ...old, mediaType: 'application/json', contentEncoding: '', body } as const;
  const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
  const streams = { insights: stream, late: stream };
  await ingest(await readBatch(sent, body.length), withAdmission({ store, streams, clock }), options);
  const object = (await store.get(oldKey)) ?? expect.fail('it was not stored');
  const path = join(emulator.dataDirectory, 'objects', oldKey);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, object.body);
}

/** Returns the findings of an audit, and its last line. */
async function audited(...args: readonly string[]) {
  const end = await runCommand('audit', '--data-dir', emulator.dataDirectory, '--json', ...args);
  const [whole, ...findings] = jsonLines(end).toReversed();
  return { exitCode: end.exitCode, findings, whole: whole as { readonly batches: number } };
}

it('misses what is lost and nothing else beside a pipeline that is busy, and after', async () => {
  const missing = { kind: 'partials-missing', customerId: old.customerId, partials: 1, batches: [oldKey] };
  const differences = { differences: 1, unrepaired: 1, notAuditable: 0 };
  await plantOldBatch();
  await send('first');
  expect(await countedRequests(emulator, customerId)).toBe(1);

  const over = new AbortController();
  let sent = 1;
  const sendUntilOver = async () => {
    while (!over.signal.aborted) await send(String(sent++));
  };
  const senders = Array.from({ length: 8 }, sendUntilOver);
  const batches: number[] = [];
  try {
    for (let audits = 0; audits < 2; audits++) {
      const { exitCode, findings, whole } = await audited();
      // If batches were read before windows, one that is stored and counted in between would make its window
      // impossible to audit.
      expect(findings).toMatchObject([missing]);
      expect(whole).toMatchObject({ windows: 1, ...differences });
      expect(exitCode).toBe(1);
      batches.push(whole.batches);

      const letters = await runCommand('dead-letters', '--data-dir', emulator.dataDirectory, '--json');
      expect(letters).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    }
  } finally {
    over.abort();
    await Promise.all(senders);
  }
  const [before = 0, after = 0] = batches;
  expect(after).toBeGreaterThan(before);
  expect(await countedRequests(emulator, customerId)).toBe(sent);
  expect((await rolledUpRequests(emulator, customerId, sent)).hours).toEqual({
    '2025-12-28T18:00:00Z': sent,
  });

  const { findings, whole } = await audited('--pending-seconds', '0');
  expect(findings).toMatchObject([missing]);
  expect(whole).toMatchObject({
    batches: sent + 1,
    rollUps: 2,
    ...differences,
    pending: 0,
    pendingRollUps: 0,
  });
});
