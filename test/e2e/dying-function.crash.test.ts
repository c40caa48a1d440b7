import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { partitionOf } from '../../local-store/partitioned-log/hash-key-range.ts';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { countedRequests, entry, json, postLogs } from './requests.ts';

const poisonous = 'cus-poison';
const latePartitions = 2;
const neighbour = neighbourOf(poisonous);

/** Returns a customer whose minute shares the partition of this one's. */
function neighbourOf(customerId: string): string {
  const partition = (customer: string) => partitionOf(`${customer}/2025-12-28T18:03:00Z`, latePartitions);
  for (let number = 0; ; number += 1) {
    if (partition(`cus-neighbour-${number}`) === partition(customerId)) return `cus-neighbour-${number}`;
  }
}

/**
 * Settings with which the function crashes with a customer's records, and has tried them for half a day after a
 * signal.
 */
const dying = { ...loading('dies-of.mjs', 'long-attempts.mjs'), DIES_OF: poisonous };

async function send(emulator: Emulator, customerId: string): Promise<void> {
  const headers = { 'idempotency-key': 'the-batch' };
  expect((await postLogs(emulator, { customerId, body: [entry], headers })).status).toBe(202);
}

async function isCounted(emulator: Emulator, customerId: string): Promise<boolean> {
  const headers = { 'x-customer-id': customerId };
  const batch = json(await emulator.http.request('/batches/the-batch', { headers }));
  return (batch as { counted: boolean }).counted;
}

it('sets aside the record that a function dies of, goes on behind it, and counts it once when it is redriven', async () => {
  const emulator = new Emulator({ env: { VERIFY_AFTER_SECONDS: '600', VERIFY_AGAIN_SECONDS: '3600' } });
  try {
    await emulator.start(dying);
    const inDirectory = ['--data-dir', emulator.dataDirectory];
    const letters = async () => jsonLines(await runCommand('dead-letters', '--json', ...inDirectory));
    await send(emulator, poisonous);
    await send(emulator, neighbour);
    // Until it was tried for half a day, it is tried again, and others wait for it.
    while (emulator.output.split('is tried again').length < 4) await sleep(50);
    // Meanwhile no other customer waits for it.
    while (!(await isCounted(emulator, neighbour))) await sleep(50);
    expect(await letters()).toEqual([]);

    emulator.signal('SIGUSR2');
    while ((await letters()).length === 0) await sleep(50);
    expect(await isCounted(emulator, poisonous)).toBe(false);
    const [letter, ...others] = (await letters()) as { id: string; queue: string; cause: string }[];
    expect(others).toEqual([]);
    expect(letter?.queue).toBe('log-analytics-pipeline-dev-failed-records');
    expect(letter?.cause).toMatch(
      /^the function aggregateLate died of it \(RecordAgeExceeded, \d+ attempts\)$/,
    );
    const shown = await runCommand('dead-letters', 'show', letter?.id ?? '', ...inDirectory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'failed-invocation',
      records: [{ partial: { customerId: poisonous, requests: 1 } }],
    });

    // The defect is fixed, and the record redriven.
    await emulator.end();
    const redriven = await runCommand('dead-letters', 'redrive', '--all', ...inDirectory);
    expect(redriven.stdout).toContain('redriven to log-analytics-pipeline-dev-late');
    expect(redriven.exitCode).toBe(0);
    await emulator.start();
    expect(await countedRequests(emulator, poisonous)).toBe(1);
    expect(await countedRequests(emulator, neighbour)).toBe(1);
    expect(await letters()).toEqual([]);
  } finally {
    await emulator.remove();
  }
});
