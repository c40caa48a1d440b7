import { isOfPeople } from './agent-class.ts';
import type { CountingRules } from './counting-rules.ts';
import { dimensions, emptyCounts, type Counts } from './dimensions.ts';
import { bucketOf } from './duration-buckets.ts';
import type { LogEntry } from './log-entry.ts';
import {
  addTo,
  emptyMeasures,
  measuresUnlessEmpty,
  type GrowingMeasures,
  type Measures,
} from './measures.ts';
import { finish, type Steps } from './steps.ts';
import { saturatedSum } from './sums.ts';
import { addMark } from './visitors.ts';

/** Counts of entries, and the sums of their facts. */
export interface Counted {
  readonly counts: Counts;
  /** Absent where no entry has facts that are summed up. */
  readonly measures: Measures | undefined;
}

/** Number of entries tallied in a step, and of values whose keys are computed in one: some milliseconds. */
const entriesInStep = 16_384;
const valuesInStep = 1_024;

/** Counts entries of one UTC day by each dimension, and sums up their facts. */
export function countEntries(entries: readonly LogEntry[], rules: CountingRules): Counted {
  return finish(countInSteps(entries, rules));
}

interface Tally {
  requests: number;
}

type Tallies = Map<string, Tally>;

export function* countInSteps(entries: readonly LogEntry[], rules: CountingRules): Steps<Counted> {
  const counts = emptyCounts();
  const measures = entries.some(({ facts }) => facts !== undefined) ? emptyMeasures() : undefined;
  const talliesOf: Partial<Record<keyof Counts, Tallies>> = {};
  for (const { field, valueOf, keyOf } of dimensions) {
    const requestsByKey = counts[field];
    // Agents are tallied once, for their families and for their classes.
    const known = field === 'requestsByAgentClass' ? talliesOf.requestsByUserAgent : undefined;
    const tallies = known ?? (yield* tally(entries, valueOf));
    talliesOf[field] = tallies;
    let done = 0;
    for (const [value, { requests }] of tallies) {
      done += 1;
      if (done % valuesInStep === 0) yield;
      const key = keyOf(value, rules);
      requestsByKey.set(key, (requestsByKey.get(key) ?? 0) + requests);
    }
  }
  if (measures === undefined) return { counts, measures };
  yield* measure(entries, rules, measures);
  return { counts, measures: measuresUnlessEmpty(measures) };
}

function* tally(
  entries: readonly LogEntry[],
  valueOf: (entry: LogEntry) => string | undefined,
): Steps<Tallies> {
  const tallies: Tallies = new Map();
  let done = 0;
  for (const entry of entries) {
    done += 1;
    if (done % entriesInStep === 0) yield;
    const value = valueOf(entry);
    if (value === undefined) continue;
    const tallied = tallies.get(value);
    if (tallied === undefined) tallies.set(value, { requests: 1 });
    else tallied.requests += 1;
  }
  return tallies;
}

const [{ valueOf: pathOf, keyOf: pathKeyOf }] = dimensions;

interface PathSums {
  bytes: number;
  durationMs: number;
  timed: number;
}

/** Sums up facts, by path where they have a sum of each path. */
function* measure(
  entries: readonly LogEntry[],
  rules: CountingRules,
  measures: GrowingMeasures,
): Steps<void> {
  const { durations } = measures;
  const sumsByPath = new Map<string, PathSums>();
  const addressesByAgent = new Map<string, Set<string>>();
  let done = 0;
  for (const entry of entries) {
    done += 1;
    if (done % entriesInStep === 0) yield;
    const { facts } = entry;
    if (facts === undefined) continue;
    const { bytes, durationMs, clientIp } = facts;
    if (clientIp !== undefined && rules.visitorMark !== undefined) {
      const addresses = addressesByAgent.get(entry.userAgent);
      if (addresses === undefined) addressesByAgent.set(entry.userAgent, new Set([clientIp]));
      else addresses.add(clientIp);
    }
    if (bytes === undefined && durationMs === undefined) continue;
    const path = pathOf(entry);
    let sums = sumsByPath.get(path);
    if (sums === undefined) {
      sums = { bytes: 0, durationMs: 0, timed: 0 };
      sumsByPath.set(path, sums);
    }
    if (bytes !== undefined) {
      measures.bytes = saturatedSum(measures.bytes ?? 0, bytes);
      sums.bytes = saturatedSum(sums.bytes, bytes);
    }
    if (durationMs !== undefined) {
      const bucket = bucketOf(durationMs);
      durations.set(bucket, (durations.get(bucket) ?? 0) + 1);
      sums.durationMs += durationMs;
      sums.timed += 1;
    }
  }
  for (const [path, { bytes, durationMs, timed }] of sumsByPath) {
    const key = pathKeyOf(path, rules);
    addTo(measures.bytesByPath, key, bytes);
    addTo(measures.durationMsByPath, key, durationMs);
    addTo(measures.timedByPath, key, timed);
  }
  yield* addVisitorsOf(addressesByAgent, dayOf(entries), rules, measures);
}

/** Adds the visitors that are people, as far as their agents tell. */
function* addVisitorsOf(
  addressesByAgent: ReadonlyMap<string, ReadonlySet<string>>,
  day: number,
  { agentClass, visitorMark }: CountingRules,
  { visitors }: GrowingMeasures,
): Steps<void> {
  if (visitorMark === undefined) return;
  let done = 0;
  for (const [userAgent, addresses] of addressesByAgent) {
    if (!isOfPeople(agentClass(userAgent))) continue;
    for (const address of addresses) {
      done += 1;
      if (done % valuesInStep === 0) yield;
      addMark(visitors, visitorMark({ address, userAgent, day }));
    }
  }
}

const minutesOfDay = 1_440;

/** Returns the UTC day of entries, in days since 1970. */
function dayOf([first]: readonly LogEntry[]): number {
  return Math.floor((first?.minute ?? 0) / minutesOfDay);
}
