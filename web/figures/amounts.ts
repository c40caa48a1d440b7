import { agentGroupOf, type AgentGroup } from './agent-groups.ts';
import { statusClassOf, type StatusClass } from './errors.ts';

/** Durations of requests, in milliseconds. */
export interface Percentiles {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Amounts that the pipeline counted for one time; those of which nothing is known are absent. */
export interface Amounts {
  readonly requests: number;
  /** Requests by class of their status. The others had no status. */
  readonly statuses: Readonly<Partial<Record<StatusClass, number>>>;
  /** Requests by kind of agent. The others were counted before the pipeline told agents apart. */
  readonly agents: Readonly<Partial<Record<AgentGroup, number>>>;
  readonly bytes?: number;
  readonly duration?: Percentiles;
  /** Approximate. */
  readonly visitors?: number;
}

/** Requests by key, as an answer has them. */
export type KeyCounts = Iterable<readonly [key: string, requests: number]>;

export function statusesOf(counts: KeyCounts): Amounts['statuses'] {
  return sumBy(counts, statusClassOf);
}

export function agentsOf(counts: KeyCounts): Amounts['agents'] {
  return sumBy(counts, agentGroupOf);
}

/**
 * Adds up amounts of different times. Percentiles and visitors of two times say nothing of both together, so they are
 * absent if more than one time has them.
 */
export function addUp(amounts: readonly Amounts[]): Amounts {
  const only = <T>(values: readonly (T | undefined)[]): T | undefined => {
    const [value, another] = values.filter((known) => known !== undefined);
    return another === undefined ? value : undefined;
  };
  const bytes = amounts.flatMap((amount) => amount.bytes ?? []);
  const duration = only(amounts.map((amount) => amount.duration));
  const visitors = only(amounts.map((amount) => amount.visitors));
  return {
    requests: sum(amounts.map(({ requests }) => requests)),
    statuses: sumBy(
      amounts.flatMap(({ statuses }) => entriesOf(statuses)),
      (key) => key,
    ),
    agents: sumBy(
      amounts.flatMap(({ agents }) => entriesOf(agents)),
      (key) => key,
    ),
    ...(bytes.length > 0 && { bytes: sum(bytes) }),
    ...(duration !== undefined && { duration }),
    ...(visitors !== undefined && { visitors }),
  };
}

/** Returns the number of requests without a status. */
export function withoutStatus({ requests, statuses }: Amounts): number {
  return requests - sum(Object.values(statuses));
}

function sumBy<From extends string, To extends string>(
  counts: Iterable<readonly [key: From, requests: number]>,
  groupOf: (key: From) => To,
): Partial<Record<To, number>> {
  const sums: Partial<Record<To, number>> = {};
  for (const [key, requests] of counts) {
    const group = groupOf(key);
    sums[group] = (sums[group] ?? 0) + requests;
  }
  return sums;
}

function entriesOf<Key extends string>(counts: Readonly<Partial<Record<Key, number>>>): [Key, number][] {
  // The record has no other keys than those of its type: only this file builds it.
  return Object.entries(counts) as [Key, number][];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
