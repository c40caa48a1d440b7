import { afterAll, describe, expect, it } from 'vitest';
import { auditData } from '../faults/audit-data.ts';
import { CrashedBatch, type Crash } from './crashed-batch.ts';
import { Emulator } from './emulator.ts';
import { loggedRecords } from './logged-records.ts';
import { metric } from './requests.ts';

const env = { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' };

interface Row {
  readonly name: string;
  /** One start each. The batch is sent after the first; the later ones find what the earlier ones left. */
  readonly crashes: readonly Crash[];
  readonly isStored: boolean;
  /** How many records the streams have when it has died. */
  readonly records?: Readonly<Record<'insights' | 'late', number>>;
}

const betweenStreams = { insights: 1, late: 0 };
const lostEmission: Crash = { at: 'after put object batches/' };

const rows: readonly Row[] = [
  { name: 'before the batch', crashes: [{ at: 'before put object batches/' }], isStored: false },
  { name: 'after the batch, before it is emitted', crashes: [lostEmission], isStored: true },
  { name: 'before its notice is written', crashes: [{ at: 'before announce batches/' }], isStored: true },
  { name: 'after its notice is written', crashes: [{ at: 'after announce batches/' }], isStored: true },
  {
    name: 'while the next start writes its notice',
    crashes: [lostEmission, { at: 'before announce batches/' }],
    isStored: true,
  },
  {
    name: 'between the two streams of a batch',
    crashes: [{ at: 'after append insights' }],
    isStored: true,
    records: betweenStreams,
  },
  { name: 'after the second of its streams', crashes: [{ at: 'after append late' }], isStored: true },
  {
    name: 'before a window is written',
    crashes: [{ at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'after a window is written',
    crashes: [{ at: 'after put object aggregates/minute/' }],
    isStored: true,
  },
  {
    name: 'before a second window is written',
    crashes: [{ at: 'before put object aggregates/minute/', nth: 2 }],
    isStored: true,
  },
  {
    name: 'after the second window',
    crashes: [{ at: 'after put object aggregates/minute/', nth: 2 }],
    isStored: true,
  },
  { name: 'before the checkpoint', crashes: [{ at: 'before checkpoint insights' }], isStored: true },
  { name: 'after the checkpoint', crashes: [{ at: 'after checkpoint insights' }], isStored: true },
  { name: 'before the late checkpoint', crashes: [{ at: 'before checkpoint late' }], isStored: true },
  { name: 'after the late checkpoint', crashes: [{ at: 'after checkpoint late' }], isStored: true },
  {
    name: 'before verify emits again',
    crashes: [lostEmission, { at: 'before append insights' }],
    isStored: true,
  },
  {
    name: 'between the streams that verify emits on',
    crashes: [lostEmission, { at: 'after append insights' }],
    isStored: true,
    records: betweenStreams,
  },
  {
    name: 'after verify emits again',
    crashes: [lostEmission, { at: 'after append late' }],
    isStored: true,
  },
  {
    name: 'before what verify emitted is in its window',
    crashes: [lostEmission, { at: 'before put object aggregates/minute/' }],
    isStored: true,
  },
  { name: 'before verify is done', crashes: [{ at: 'before delete messages verify' }], isStored: true },
  { name: 'after verify is done', crashes: [{ at: 'after delete messages verify' }], isStored: true },
  {
    name: 'before an hour is written',
    crashes: [{ at: 'before put object aggregates/hour/' }],
    isStored: true,
  },
  {
    name: 'between an hour and its day',
    crashes: [{ at: 'after put object aggregates/hour/' }],
    isStored: true,
  },
  { name: 'before a day is written', crashes: [{ at: 'before put object aggregates/day/' }], isStored: true },
  { name: 'after a day is written', crashes: [{ at: 'after put object aggregates/day/' }], isStored: true },
  { name: 'before a roll-up is done', crashes: [{ at: 'before delete messages roll-up' }], isStored: true },
  { name: 'after a roll-up is done', crashes: [{ at: 'after delete messages roll-up' }], isStored: true },
];

describe.each(rows)('killed $name', ({ name, crashes, isStored, records }) => {
  // One each, so that nothing is left in it of another row that could reach the operation.
  const emulator = new Emulator({ env });
  afterAll(() => emulator.remove());
  const batch = new CrashedBatch(emulator, name);

  it('counts what it had stored, once and with nobody’s help', async () => {
    await batch.dieAt(crashes);
    if (records !== undefined) expect(await loggedRecords(emulator.dataDirectory)).toEqual(records);
    await batch.restart();
    if (isStored) await batch.isCounted();
    expect(await batch.state()).toMatchObject(isStored ? { counted: true } : { errorCode: 'QRY_1001' });
    expect(await batch.requestsIn('minute')).toEqual(isStored ? [2, 1] : []);
    if (isStored) await batch.isRolledUp();
    expect(await batch.requestsIn('hour')).toEqual(isStored ? [2, 1] : []);
    expect(await batch.requestsIn('day')).toEqual(isStored ? [2, 1] : []);
  });

  it('counts it once when the client repeats it after all', async () => {
    expect(await batch.send()).toBe(isStored ? 409 : 202);
    await batch.isCounted();
    expect(await batch.requestsIn('minute')).toEqual([2, 1]);
    await batch.isRolledUp();
    expect(await metric(emulator, 'log_analytics_batch_verifications_total', 'verdict="absent"')).toBe(0);
    expect(await auditData(emulator.dataDirectory, 'as sent', 1)).toEqual([]);
  });
});
