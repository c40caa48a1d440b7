import type { HttpClient } from '../../commands/pipeline-client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import type { WindowCounts } from '../../bench/scenario/window-counts.ts';
import type { SentBatch } from './load.ts';

const ever = ['1970-01-01T00:00:00Z', '9999-12-31T00:00:00Z'] as const;

/**
 * Compares the windows with what clients were told: a batch that was accepted is counted once, in all of its windows;
 * one of which nothing was told is counted once if it is stored, and not at all otherwise; and there is nothing else.
 * @param minutes  first instants of all minutes that entries are of
 * @returns what is wrong, in words
 */
export async function findMiscounts(
  http: HttpClient,
  sent: readonly SentBatch[],
  stored: ReadonlySet<SentBatch>,
  minutes: readonly string[],
): Promise<string[]> {
  const gone = sent.filter((batch) => batch.isAccepted && !stored.has(batch));
  const problems = gone.map(({ batchId }) => `${batchId} was accepted and is gone`);
  for (const [customerId, batches] of byCustomer(sent)) {
    const windows = await createPipelineClient(http, customerId).readWindows(...ever);
    for (const minute of minutes) {
      const ofMinute = batches.filter(({ entries }) => entries.has(minute));
      const window = windows.find(({ windowStart }) => windowStart === minute);
      problems.push(...compare(`${customerId} ${minute}`, window, ofMinute, minute, stored));
    }
    for (const { windowStart } of windows) {
      if (!minutes.includes(windowStart)) problems.push(`${customerId} ${windowStart} should not be there`);
    }
  }
  return problems;
}

function compare(
  name: string,
  window: WindowCounts | undefined,
  batches: readonly SentBatch[],
  minute: string,
  stored: ReadonlySet<SentBatch>,
): string[] {
  const entriesOf = (batch: SentBatch) => (stored.has(batch) ? (batch.entries.get(minute) ?? 0) : 0);
  const expected = new Map(batches.map((batch) => [`GET ${batch.path}`, entriesOf(batch)]));
  const found = new Map(Object.entries(window?.requestsByPath ?? {}));
  const problems = [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [is, shouldBe] = [found.get(key) ?? 0, expected.get(key) ?? 0];
    return is === shouldBe ? [] : [`${name} "${key}": is ${is}, should be ${shouldBe}`];
  });
  const totals = [
    ['requests', window?.requests ?? 0, [...expected.values()].reduce((sum, count) => sum + count, 0)],
    ['batches', window?.batches ?? 0, batches.filter((batch) => stored.has(batch)).length],
  ] as const;
  for (const [total, is, shouldBe] of totals) {
    if (is !== shouldBe) problems.push(`${name} ${total}: is ${is}, should be ${shouldBe}`);
  }
  return problems;
}

function byCustomer(sent: readonly SentBatch[]): ReadonlyMap<string, readonly SentBatch[]> {
  const customers = new Map<string, SentBatch[]>();
  for (const batch of sent) {
    const others = customers.get(batch.customerId);
    if (others === undefined) customers.set(batch.customerId, [batch]);
    else others.push(batch);
  }
  return customers;
}
