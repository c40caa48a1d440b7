import { ingestHandler } from '../../handlers/ingest.ts';
import { maxKeyTextBytes } from '../../lib/domain/folding.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { rollUp } from '../../lib/pipeline/roll-up/roll-up.ts';
import { customer, windowStart } from '../factories.ts';
import { countAll, postLogs, type TestApp } from './app.ts';

/** Sends entries of a customer, and counts them. */
export async function countEntries(
  testing: TestApp,
  entries: readonly object[],
  name = 'cus-axon',
): Promise<void> {
  await ingestHandler(async () => testing.app)(postLogs(entries, { 'x-customer-id': name }));
  await countAll(testing);
}

/** The same, and rolls the minutes of the entries up. */
export async function countAndRollUp(
  testing: TestApp,
  entries: readonly { readonly receivedAt?: unknown }[],
  name = 'cus-axon',
): Promise<void> {
  await countEntries(testing, entries, name);
  const minutes = new Set(entries.map(({ receivedAt }) => `${String(receivedAt).slice(0, 16)}:00Z`));
  await rollUp(
    [...minutes].map((minute, id) => ({
      messageId: String(id),
      key: minuteKey(customer(name), windowStart(minute)),
    })),
    testing.app,
    {
      limits: { maxKeysPerDimension: testing.app.config.maxKeysPerDimension, maxKeyTextBytes },
      maxSeconds: 60,
    },
  );
}
