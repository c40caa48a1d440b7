import type { HttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import type { WindowCounts } from '../../bench/scenario/window-counts.ts';
import { foldableKey, ownPath, type PathRules } from './path-rules.ts';
import type { SentBatch } from './sent-batch.ts';

const ever = ['1970-01-01T00:00:00Z', '9999-12-31T00:00:00Z'] as const;

/**
 * Compares the windows with the answers to clients. An accepted batch is counted once, in all of its windows. A batch
 * without an answer is counted once if it is stored, and not at all otherwise. Nothing else is counted. Each batch is
 * counted by one version of the rules in all of its windows, which was in force while it was sent.
 * @param minutes  first instants of all minutes that have entries
 * @returns the problems, in words
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
    const rules = new Map(batches.map((batch) => [batch, rulesOf(batch, windows)]));
    for (const minute of minutes) {
      const ofMinute = batches.filter(({ entries }) => entries.has(minute));
      const window = windows.find(({ windowStart }) => windowStart === minute);
      const shouldBe = expectedCounts(ofMinute, minute, stored, rules);
      problems.push(...compare(`${customerId} ${minute}`, window, shouldBe));
    }
    for (const { windowStart } of windows) {
      if (!minutes.includes(windowStart)) problems.push(`${customerId} ${windowStart} should not be there`);
    }
  }
  return problems;
}

/**
 * Returns the rules that must count a batch in all of its windows; if several were in force, those that count it in
 * one of them.
 */
function rulesOf({ batchId, rules }: SentBatch, windows: readonly WindowCounts[]): PathRules {
  const [first = 'as sent', ...others] = rules;
  if (others.length === 0) return first;
  const key = foldableKey(batchId, 'as sent');
  return windows.some(({ requestsByPath }) => Object.hasOwn(requestsByPath, key)) ? 'as sent' : 'folded';
}

type ExpectedCounts = Pick<WindowCounts, 'requests' | 'batches'> & {
  readonly byPath: ReadonlyMap<string, number>;
};

function expectedCounts(
  batches: readonly SentBatch[],
  minute: string,
  stored: ReadonlySet<SentBatch>,
  rules: ReadonlyMap<SentBatch, PathRules>,
): ExpectedCounts {
  const byPath = new Map<string, number>();
  const add = (key: string, count: number) => byPath.set(key, (byPath.get(key) ?? 0) + count);
  const ofStored = batches.filter((batch) => stored.has(batch));
  for (const batch of ofStored) {
    add(`GET ${ownPath(batch.batchId)}`, batch.entries.get(minute) ?? 0);
    add(foldableKey(batch.batchId, rules.get(batch) ?? 'as sent'), 1);
  }
  const requests = [...byPath.values()].reduce((sum, count) => sum + count, 0);
  return { requests, batches: ofStored.length, byPath };
}

function compare(name: string, window: WindowCounts | undefined, expected: ExpectedCounts): string[] {
  const found = new Map(Object.entries(window?.requestsByPath ?? {}));
  const problems = [...new Set([...expected.byPath.keys(), ...found.keys()])].flatMap((key) => {
    const [is, shouldBe] = [found.get(key) ?? 0, expected.byPath.get(key) ?? 0];
    return is === shouldBe ? [] : [`${name} "${key}": is ${is}, should be ${shouldBe}`];
  });
  for (const total of ['requests', 'batches'] as const) {
    const [is, shouldBe] = [window?.[total] ?? 0, expected[total]];
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
