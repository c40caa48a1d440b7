import { createHash } from 'node:crypto';
import { decodeBatch, type StoredBatch } from '../../domain/batch-format.ts';
import type { CountingRules } from '../../domain/counting-rules.ts';
import { countEntries } from '../../domain/count-entries.ts';
import { dimensions, emptyCounts, type Counts } from '../../domain/dimensions.ts';
import { addMeasures, emptyMeasures, type GrowingMeasures, type Measures } from '../../domain/measures.ts';
import { batchKey, type ObjectKey } from '../../domain/keys.ts';
import type { LogEntry } from '../../domain/log-entry.ts';
import { largestBatchBytes } from '../../domain/batch-limits.ts';
import { readAcceptedEntries, type AcceptedEntries } from '../../domain/read-accepted-entries.ts';
import { decodePartial, partialId, type WindowPartial } from '../../domain/partial.ts';
import type { EpochMinute } from '../../domain/epoch-minute.ts';
import { windowStartOf, type WindowStart } from '../../domain/window.ts';
import { BatchTooLarge, InvalidRequest, UnreadableFormat } from '../../errors.ts';
import { decompress } from '../ingest/decompress.ts';
import { differing, differingCounts } from './differing-counts.ts';
import { differingMeasures } from './differing-measures.ts';

export interface InspectedBatch {
  readonly storedAt: Date;
  /** Partials by which the batch is counted. */
  readonly partials: readonly WindowPartial[];
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
  const partials = batch.partials.map((_partial, place) => decodeOwnPartial(batch, place));
  return {
    storedAt: batch.storedAt,
    partials,
    details: await compareEntries(batch, partials, gzippedBody, rules),
  };
}

/** @throws UnreadableFormat  it is not what the header says of it */
function decodeOwnPartial(
  { customerId, id, payloadHash, storedAt, partials }: StoredBatch,
  place: number,
): WindowPartial {
  const listed = partials[place];
  const partial = listed && decodePartial(listed.data);
  const isOwn =
    partial?.customerId === customerId &&
    partial.windowStart === listed?.windowStart &&
    partial.part === listed.part &&
    partial.isLate === listed.isLate &&
    (partial.storedAt === undefined || partial.storedAt.getTime() === storedAt.getTime()) &&
    partial.id.equals(partialId(id, payloadHash, partial.part));
  if (!isOwn) throw new UnreadableFormat(`A batch is damaged: partial ${place} is not what its header says.`);
  return partial;
}

async function compareEntries(
  batch: StoredBatch,
  partials: readonly WindowPartial[],
  gzippedBody: Buffer,
  rules: CountingRules,
): Promise<string[]> {
  let accepted: AcceptedEntries;
  try {
    const body = await decompress(gzippedBody, 'gzip', largestBatchBytes);
    const payloadHash = createHash('sha256').update(`${batch.customerId}\n`).update(body).digest('hex');
    if (payloadHash !== batch.payloadHash) return ['its entries are not those that it was stored with'];
    accepted = readAcceptedEntries(body, batch);
  } catch (error) {
    if (!(error instanceof InvalidRequest || error instanceof BatchTooLarge)) throw error;
    return [`its entries cannot be read: ${error.message}`];
  }
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
