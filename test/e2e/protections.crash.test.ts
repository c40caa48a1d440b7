import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CrashedBatch } from './crashed-batch.ts';
import { Emulator } from './emulator.ts';
import { entry, metric, postLogs, rolledUpRequests } from './requests.ts';

/**
 * Runs rows of the crash table on an emulator without a protection (see `take-away.mjs`): each ends wrong, and stays
 * so. If `verify` would correct it in the end, it is removed as well, and the row is first shown to end right without
 * `verify`.
 *
 * Two protections are missing here. The conditional write needs a race, and `test/pipeline/protections.test.ts` shows
 * that it is needed; the flush order makes no difference to a `kill -9`, and
 * `test/local-store/object-directory-power-cut.test.ts` shows that it is needed.
 */

const batchStored = { at: 'after put object batches/' };
const windowNotWritten = { at: 'before put object aggregates/minute/' };
const windowWritten = { at: 'after put object aggregates/minute/' };

/** Creates an emulator for the time of the test, and the batch at which it dies. */
function emulatorWithout(...protections: readonly string[]) {
  // The same time as in the crash table; a look that finds nothing wrong need not wait for the first emission.
  const verifyAfter = protections.includes('verify') ? '0' : '6';
  const emulator = new Emulator({ env: { VERIFY_AFTER_SECONDS: verifyAfter, VERIFY_AGAIN_SECONDS: '20' } });
  onTestFinished(() => emulator.remove());
  return { emulator, batch: new CrashedBatch(emulator, 'crashed', protections) };
}

/** Resolves when `verify` has looked at a batch for the last time. */
async function isVerified(emulator: Emulator): Promise<void> {
  const looks = () => metric(emulator, 'log_analytics_batch_verifications_total', 'verdict="counted"');
  while ((await looks()) === 0) await sleep(50);
}

function sum(requests: readonly number[]): number {
  return requests.reduce((total, each) => total + each, 0);
}

describe('the ids in the window', () => {
  it('are needed: without them, what was in its window before the crash is counted twice', async () => {
    const { batch } = emulatorWithout('ids in the window');
    await batch.dieAt([windowWritten]);
    await batch.restart();
    expect(sum(await batch.requestsIn('minute'))).toBeGreaterThan(3);
  });
});

describe('verify', () => {
  it('is needed: without it, what was stored and not emitted is counted only if it is repeated', async () => {
    const { emulator, batch } = emulatorWithout('verify');
    await batch.dieAt([batchStored]);
    await batch.restart();
    await isVerified(emulator);
    expect(await batch.requestsIn('minute')).toEqual([]);

    expect(await batch.send()).toBe(409);
    expect(await batch.requestsIn('minute')).toEqual([2, 1]);
  });
});

describe('the emission of a duplicate', () => {
  it('is needed: without it, what was stored and not emitted waits for verify, also if it is repeated', async () => {
    const { emulator, batch } = emulatorWithout('emission of a duplicate', 'verify');
    await batch.dieAt([batchStored]);
    await batch.restart();
    await isVerified(emulator);
    expect(await batch.send()).toBe(409);
    expect(await batch.requestsIn('minute')).toEqual([]);
  });
});

describe('the window before its checkpoint', () => {
  it('has what was not in its window before the crash counted, also without verify', async () => {
    const { batch } = emulatorWithout('verify');
    await batch.dieAt([windowNotWritten]);
    await batch.restart();
    expect(await batch.requestsIn('minute')).toEqual([2, 1]);
  });

  it('is needed: with the checkpoint first, it waits for verify', async () => {
    const { emulator, batch } = emulatorWithout('window before the checkpoint', 'verify');
    await batch.dieAt([windowNotWritten]);
    await batch.restart();
    await emulator.end(); // stopped in order, so that it finishes counting
    await batch.restart();
    expect(sum(await batch.requestsIn('minute'))).toBeLessThan(3);
  });
});

// Messages are handled in the order in which they were sent: once that of this batch is done, that of the batch before
// is, too.
const later = { customerId: 'cus-later', body: [entry] };

describe('the look at temporary files at a start', () => {
  it('is needed: without it, what was stored and not emitted is never verified', async () => {
    const { emulator, batch } = emulatorWithout('a start looks at temporary files');
    await batch.dieAt([batchStored]);
    await batch.restart();
    await postLogs(emulator, later);
    await isVerified(emulator);
    expect(await batch.requestsIn('minute')).toEqual([]);
  });
});

describe('the notification before the window', () => {
  it('is needed: with the window first, what was in it before the crash is never rolled up', async () => {
    const { emulator, batch } = emulatorWithout('notification before the window');
    await batch.dieAt([windowWritten]);
    await batch.restart();
    expect(await batch.requestsIn('minute')).toEqual([2, 1]);
    await postLogs(emulator, later);
    await rolledUpRequests(emulator, later.customerId, 1);
    expect(sum(await batch.requestsIn('day'))).toBeLessThan(3);
  });
});
