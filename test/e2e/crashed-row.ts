import { afterAll, describe, expect, it } from 'vitest';
import { auditData } from '../faults/audit-data.ts';
import { CrashedBatch, type Crash } from './crashed-batch.ts';
import { Emulator } from './emulator.ts';
import { loggedRecords } from './logged-records.ts';
import { metric } from './requests.ts';

const env = { VERIFY_AFTER_SECONDS: '1', VERIFY_AGAIN_SECONDS: '20' };

/** A row of the crash table: the operations at which the emulator dies, and the state afterwards. */
export interface CrashRow {
  readonly name: string;
  /** One crash per start. The batch is sent after the first start; later starts find what earlier ones left. */
  readonly crashes: readonly Crash[];
  readonly isStored: boolean;
  /** Number of records on the streams after the crash. */
  readonly records?: Readonly<Record<'insights' | 'late', number>>;
}

/** Registers the tests of one row. */
export function describeRow({ name, crashes, isStored, records }: CrashRow): void {
  describe(`killed ${name}`, () => {
    // Each row has its own emulator, so that no leftovers of another row can reach the operation.
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
}
