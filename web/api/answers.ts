import { agentsOf, statusesOf, type Amounts, type Percentiles } from '../figures/amounts.ts';
import type { CountedWindow } from '../figures/series.ts';
import type { Range } from '../period/period.ts';
import {
  count,
  instant,
  isObject,
  list,
  member,
  number,
  parseNextToken,
  text,
  unexpected,
} from './fields.ts';

/** Number of requests of one key: a path, an agent or a status. */
export interface KeyCount {
  readonly key: string;
  readonly requests: number;
}

/** The part of an answer that says which accepted entries are not in its counts. */
export interface AnswerProgress {
  /** The counts include everything accepted before this instant; `null` if the pipeline does not know now. */
  readonly countedThrough: number | null;
  /** Accepted entries of the customer that are not counted yet; `undefined` if the pipeline does not know. */
  readonly waiting: number | undefined;
  readonly isComplete: boolean;
}

/** Entries of the customer that the pipeline has rejected lately. */
export interface Rejections {
  readonly since: number;
  readonly entries: number;
  /** The latest reasons, the last one first. */
  readonly reasons: readonly string[];
}

/** The answer of `GET /aggregates/total`. */
export interface Total extends Amounts {
  /** The customer that the counts are of: with an API key, the key decides. */
  readonly customer: string;
  /** `undefined` if the pipeline's version does not report it. */
  readonly progress: AnswerProgress | undefined;
  /** `undefined` if there are none, or the pipeline does not know. */
  readonly rejections: Rejections | undefined;
  /** Largest first, as the other lists; `undefined` if they were not read. */
  readonly topPaths: readonly KeyCount[] | undefined;
  readonly topErrorPaths: readonly KeyCount[] | undefined;
  readonly topUserAgents: readonly KeyCount[];
  readonly topStatuses: readonly KeyCount[];
  /** These are empty where nothing was counted. */
  readonly agentClasses: readonly KeyCount[];
  readonly topReferrers: readonly KeyCount[];
  readonly topHosts: readonly KeyCount[];
  readonly topCountries: readonly KeyCount[];
}

/** A page of the answer of `GET /customers`. */
export interface CustomerPage {
  readonly customers: readonly string[];
  readonly nextToken: string | undefined;
}

/** A page of the answer of `GET /aggregates`. */
export interface WindowPage {
  readonly windows: readonly CountedWindow[];
  readonly nextToken: string | undefined;
}

export function parseCustomerPage(answer: unknown): CustomerPage {
  return {
    customers: list(answer, 'customers', (customer) => text(customer, 'customers')),
    nextToken: parseNextToken(answer),
  };
}

/** Reads the first and the last minute of customers with totals. */
export function parseExtents(answer: unknown): readonly Range[] {
  return list(answer, 'customers', (customer) => ({
    from: instant(member(customer, 'firstWindow'), 'firstWindow'),
    to: instant(member(customer, 'lastWindow'), 'lastWindow'),
  }));
}

export function parseTotal(answer: unknown): Total {
  const keyCounts = (field: string) => list(answer, field, parseKeyCount);
  const keyCountsIfRead = (field: string) =>
    member(answer, field) === undefined ? undefined : keyCounts(field);
  const keyCountsIfAny = (field: string) => keyCountsIfRead(field) ?? [];
  const topStatuses = keyCountsIfAny('topStatuses');
  const agentClasses = keyCountsIfAny('agentClasses');
  return {
    customer: text(member(answer, 'customerId'), 'customerId'),
    progress: parseProgress(answer),
    requests: count(member(answer, 'requests'), 'requests'),
    rejections: parseRejections(member(answer, 'rejections')),
    topPaths: keyCountsIfRead('topPaths'),
    topUserAgents: keyCountsIfAny('topUserAgents'),
    topStatuses,
    topErrorPaths: keyCountsIfRead('topErrorPaths'),
    agentClasses,
    topReferrers: keyCountsIfAny('topReferrers'),
    topHosts: keyCountsIfAny('topHosts'),
    topCountries: keyCountsIfAny('topCountries'),
    statuses: statusesOf(topStatuses.map(({ key, requests }) => [key, requests])),
    agents: agentsOf(agentClasses.map(({ key, requests }) => [key, requests])),
    ...parseMeasures(answer),
  };
}

export function parseWindowPage(answer: unknown): WindowPage {
  return {
    windows: list(answer, 'windows', (window) => ({
      start: instant(member(window, 'windowStart'), 'windowStart'),
      requests: count(member(window, 'requests'), 'requests'),
      statuses: statusesOf(parseCounts(window, 'requestsByStatus')),
      agents: agentsOf(parseCounts(window, 'requestsByAgentClass')),
      ...parseMeasures(window),
      isComplete: member(window, 'complete') === true,
    })),
    nextToken: parseNextToken(answer),
  };
}

/** Reads how many entries wait to be counted from an answer of minutes; `undefined` if it does not say. */
export function parseWaiting(answer: unknown): number | undefined {
  const waiting = member(answer, 'waiting');
  return waiting === undefined ? undefined : count(waiting, 'waiting');
}

/** Returns the description in an error answer of the pipeline, or `undefined` if another program sent the answer. */
export function errorDescription(answer: unknown): string | undefined {
  const description = isObject(answer) ? answer.errorDescription : undefined;
  return typeof description === 'string' ? description : undefined;
}

function parseProgress(answer: unknown): AnswerProgress | undefined {
  const countedThrough = member(answer, 'countedThrough');
  if (countedThrough === undefined) return undefined;
  return {
    countedThrough: countedThrough === null ? null : instant(countedThrough, 'countedThrough'),
    waiting: parseWaiting(answer),
    isComplete: member(answer, 'complete') === true,
  };
}

function parseRejections(rejections: unknown): Rejections | undefined {
  if (rejections === undefined) return undefined;
  return {
    since: instant(member(rejections, 'since'), 'since'),
    entries: count(member(rejections, 'entries'), 'entries'),
    reasons: list(rejections, 'latest', (problem) => {
      const field = member(problem, 'field');
      const reason = text(member(problem, 'reason'), 'reason');
      return field === undefined ? reason : `${text(field, 'field')} ${reason}`;
    }),
  };
}

function parseKeyCount(answer: unknown): KeyCount {
  return { key: text(member(answer, 'key'), 'key'), requests: count(member(answer, 'requests'), 'requests') };
}

/** Reads the sums of facts; those of which nothing is known are absent, also from answers of an older pipeline. */
function parseMeasures(answer: unknown): Pick<Amounts, 'bytes' | 'duration' | 'visitors'> {
  const [bytes, duration, visitors] = ['bytes', 'duration', 'visitors'].map((field) => member(answer, field));
  return {
    ...(bytes !== undefined && { bytes: count(bytes, 'bytes') }),
    ...(duration !== undefined && { duration: parsePercentiles(duration) }),
    ...(visitors !== undefined && { visitors: count(visitors, 'visitors') }),
  };
}

function parsePercentiles(duration: unknown): Percentiles {
  const milliseconds = (field: string) => number(member(duration, field), field);
  return { p50Ms: milliseconds('p50Ms'), p95Ms: milliseconds('p95Ms'), p99Ms: milliseconds('p99Ms') };
}

/** Reads the requests by key of a window; none if the window has no such counts. */
function parseCounts(answer: unknown, field: string): [key: string, requests: number][] {
  const counts = member(answer, field) ?? {};
  if (!isObject(counts)) throw unexpected(field);
  return Object.entries(counts).map(([key, requests]) => [key, count(requests, field)]);
}
