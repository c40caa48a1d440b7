import { decodeBatch, type StoredBatch } from '../../domain/batch-format.ts';
import type { CountingRules } from '../../domain/counting-rules.ts';
import { countEntries } from '../../domain/count-entries.ts';
import { dimensions, emptyCounts, type Counts } from '../../domain/dimensions.ts';
import { addMeasures, emptyMeasures, type GrowingMeasures, type Measures } from '../../domain/measures.ts';
import { batchKey, type ObjectKey } from '../../domain/keys.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import type { AcceptedEntries } from '../../domain/read-accepted-entries.ts';
import type { WindowPartial } from '../../domain/partial.ts';
import { recountPartials } from '../../domain/recount-partials.ts';
import type { EpochMinute } from '../../domain/epoch-minute.ts';
import { windowStartOf, type WindowStart } from '../../domain/window.ts';
import { UnreadableFormat } from '../../errors.ts';
import { differing, differingCounts } from './differing-counts.ts';
import { differingMeasures } from './differing-measures.ts';
import { readOwnPartials } from './read-own-partials.ts';
import { readStoredEntries } from './read-stored-entries.ts';
import type { Contribution } from './spool.ts';

export interface InspectedBatch {
  readonly storedAt: Date;
  /** Partials by which the batch is counted. */
  readonly partials: readonly WindowPartial[];
  /** Counts the partials, in the same order, by the rules of the audit; an empty list where its rules are these. */
  readonly renewed: () => readonly Contribution['renewed'][];
  /** Differences from its entries; none when all is well. */
  readonly details: readonly string[];
}

interface WindowSum {
  readonly requests: number;
  readonly counts: Counts;
  readonly measures: Measures | undefined;
}

interface GrowingSum extends WindowSum {
  requests: number;
  readonly measures: GrowingMeasures;
}

/**
 * Counts the entries of a stored batch again, and compares this with its header. Where its rules are not the present
 * ones, the requests of each window are all that can be compared: other rules may give other keys.
 * @throws UnreadableFormat  it is no batch, or its header is damaged
 */
export async function inspectBatch(
  key: ObjectKey,
  object: Buffer,
  rules: CountingRules,
): Promise<InspectedBatch> {
  const { batch, gzippedBody } = decodeBatch(object);
  if (batchKey(batch.customerId, batch.id) !== key) {
    throw new UnreadableFormat('A batch is at the place of another one.');
  }
  const partials = readOwnPartials(batch);
  const accepted = await readStoredEntries(batch, gzippedBody);
  return {
    storedAt: batch.storedAt,
    partials,
    renewed: () => renew(batch, partials, accepted, rules),
    details: compareEntries(batch, partials, accepted, rules),
  };
}

function renew(
  batch: StoredBatch,
  partials: readonly WindowPartial[],
  accepted: AcceptedEntries | string,
  rules: CountingRules,
): readonly Contribution['renewed'][] {
  if (batch.rulesVersion === rules.version) return [];
  const entries = typeof accepted === 'string' ? [] : accepted.entries;
  return recountPartials(partials, entries, rules).map((renewed) => renewed ?? 'unknown');
}

function compareEntries(
  batch: StoredBatch,
  partials: readonly WindowPartial[],
  accepted: AcceptedEntries | string,
  rules: CountingRules,
): string[] {
  if (typeof accepted === 'string') return [accepted];
  const { entries, notRead } = accepted;
  const isOfTheseRules = batch.rulesVersion === rules.version;
  // Other rules may also read fewer entries; nothing is known of the windows of the others.
  if (notRead > 0 && !isOfTheseRules) return compareTotals(batch, partials);

  const expected = sumOfEntries(entries, rules);
  const found = sumOfPartials(partials);
  const details: string[] = [];
  if (notRead > 0) details.push(`${notRead} of its entries cannot be read`);
  if (batch.entries !== entries.length) details.push(differing('entries', batch.entries, entries.length));
  if (batch.windows !== expected.size) details.push(differing('windows', batch.windows, expected.size));
  for (const windowStart of new Set([...expected.keys(), ...found.keys()])) {
    const [is, shouldBe] = [found.get(windowStart) ?? nothing(), expected.get(windowStart) ?? nothing()];
    if (is.requests !== shouldBe.requests) {
      details.push(differing(`${windowStart} requests`, is.requests, shouldBe.requests));
    }
    if (!isOfTheseRules) continue;
    for (const { field } of dimensions) {
      details.push(...differingCounts(`${windowStart} ${field}`, is.counts[field], shouldBe.counts[field]));
    }
    for (const detail of differingMeasures(is.measures, shouldBe.measures)) {
      details.push(`${windowStart} ${detail}`);
    }
  }
  return details;
}

function compareTotals({ entries }: StoredBatch, partials: readonly WindowPartial[]): string[] {
  const requests = partials.reduce((sum, partial) => sum + partial.requests, 0);
  return requests === entries ? [] : [differing('requests', requests, entries)];
}

function sumOfEntries(entries: readonly LogEntry[], rules: CountingRules): Map<WindowStart, WindowSum> {
  const byMinute = new Map<EpochMinute, LogEntry[]>();
  for (const entry of entries) {
    const those = byMinute.get(entry.minute);
    if (those === undefined) byMinute.set(entry.minute, [entry]);
    else those.push(entry);
  }
  return new Map(
    Array.from(byMinute, ([minute, those]) => {
      return [windowStartOf(minute), { requests: those.length, ...countEntries(those, rules) }];
    }),
  );
}

function sumOfPartials(partials: readonly WindowPartial[]): Map<WindowStart, WindowSum> {
  const sums = new Map<WindowStart, GrowingSum>();
  for (const { windowStart, requests, counts, measures } of partials) {
    const sum = sums.get(windowStart) ?? nothing();
    sums.set(windowStart, sum);
    sum.requests += requests;
    addMeasures(sum.measures, measures);
    for (const { field } of dimensions) {
      for (const [key, count] of counts[field]) {
        sum.counts[field].set(key, (sum.counts[field].get(key) ?? 0) + count);
      }
    }
  }
  return sums;
}

function nothing(): GrowingSum {
  return { requests: 0, counts: emptyCounts(), measures: emptyMeasures() };
}
