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
const entriesInStep = 8_192;
const valuesInStep = 1_024;

/** Counts entries of one UTC day by each dimension, and sums up their facts. */
export function countEntries(entries: readonly LogEntry[], rules: CountingRules): Counted {
  return finish(countInSteps(entries, rules));
}

interface Tally {
  requests: number;
}

type Tallies = Map<string, Tally>;

/** A tally of a path, with the sums of its facts. */
interface PathTally extends Tally {
  bytes: number;
  durationMs: number;
  timed: number;
}

export function* countInSteps(entries: readonly LogEntry[], rules: CountingRules): Steps<Counted> {
  const counts = emptyCounts();
  const measures = entries.some(({ facts }) => facts !== undefined) ? emptyMeasures() : undefined;
  const talliesOf: Partial<Record<keyof Counts, Tallies>> = {};
  if (measures !== undefined) talliesOf.requestsByPath = yield* measure(entries, rules, measures);
  for (const { field, valueOf, keyOf } of dimensions) {
    // Agents are tallied once, for their families and for their classes.
    const source = field === 'requestsByAgentClass' ? 'requestsByUserAgent' : field;
    const tallies = talliesOf[source] ?? (yield* tally(entries, valueOf));
    talliesOf[field] = tallies;
    const requestsByKey = counts[field];
    let done = 0;
    for (const [value, { requests }] of tallies) {
      done += 1;
      if (done % valuesInStep === 0) yield;
      const key = keyOf(value, rules);
      requestsByKey.set(key, (requestsByKey.get(key) ?? 0) + requests);
    }
  }
  return { counts, measures: measures && measuresUnlessEmpty(measures) };
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

/** Sums up facts, and tallies paths in the same pass, since they have sums of their own. */
function* measure(
  entries: readonly LogEntry[],
  rules: CountingRules,
  measures: GrowingMeasures,
): Steps<Tallies> {
  const tallies = new Map<string, PathTally>();
  const addressesByAgent = new Map<string, Set<string>>();
  let done = 0;
  for (const entry of entries) {
    done += 1;
    if (done % entriesInStep === 0) yield;
    const path = pathOf(entry);
    let tallied = tallies.get(path);
    if (tallied === undefined) {
      tallied = { requests: 0, bytes: 0, durationMs: 0, timed: 0 };
      tallies.set(path, tallied);
    }
    tallied.requests += 1;
    const { facts } = entry;
    if (facts === undefined) continue;
    const { bytes, durationMs, clientIp } = facts;
    if (bytes !== undefined) {
      measures.bytes = saturatedSum(measures.bytes ?? 0, bytes);
      tallied.bytes = saturatedSum(tallied.bytes, bytes);
    }
    if (durationMs !== undefined) {
      const bucket = bucketOf(durationMs);
      measures.durations.set(bucket, (measures.durations.get(bucket) ?? 0) + 1);
      tallied.durationMs += durationMs;
      tallied.timed += 1;
    }
    if (clientIp !== undefined && rules.visitorMark !== undefined) {
      const addresses = addressesByAgent.get(entry.userAgent);
      if (addresses === undefined) addressesByAgent.set(entry.userAgent, new Set([clientIp]));
      else addresses.add(clientIp);
    }
  }
  for (const [path, { bytes, durationMs, timed }] of tallies) {
    if (bytes === 0 && timed === 0) continue;
    const key = pathKeyOf(path, rules);
    addTo(measures.bytesByPath, key, bytes);
    addTo(measures.durationMsByPath, key, durationMs);
    addTo(measures.timedByPath, key, timed);
  }
  yield* addVisitorsOf(addressesByAgent, dayOf(entries), rules, measures);
  return tallies;
}

/** Adds the visitors that are people, as far as their agents tell. */
function* addVisitorsOf(
  addressesByAgent: ReadonlyMap<string, ReadonlySet<string>>,
  day: number,
  rules: CountingRules,
  { visitors }: GrowingMeasures,
): Steps<void> {
  const { visitorMark } = rules;
  if (visitorMark === undefined) return;
  let done = 0;
  for (const [userAgent, addresses] of addressesByAgent) {
    if (!isOfPeople(rules.agentClass(userAgent))) continue;
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
