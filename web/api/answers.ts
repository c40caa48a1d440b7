import type { CountedWindow } from '../figures/series.ts';
import type { Range } from '../period/period.ts';
import { count, instant, isObject, list, member, parseNextToken, text } from './fields.ts';

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
export interface Total {
  /** `undefined` if the pipeline's version does not report it. */
  readonly progress: AnswerProgress | undefined;
  readonly requests: number;
  /** `undefined` if there are none, or the pipeline does not know. */
  readonly rejections: Rejections | undefined;
  /** Largest first. */
  readonly topPaths: readonly KeyCount[];
  readonly topUserAgents: readonly KeyCount[];
  readonly topStatuses: readonly KeyCount[];
  /** These are empty where nothing was counted. */
  readonly topErrorPaths: readonly KeyCount[];
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
  const keyCountsIfAny = (field: string) => (member(answer, field) === undefined ? [] : keyCounts(field));
  return {
    progress: parseProgress(answer),
    requests: count(member(answer, 'requests'), 'requests'),
    rejections: parseRejections(member(answer, 'rejections')),
    topPaths: keyCounts('topPaths'),
    topUserAgents: keyCounts('topUserAgents'),
    topStatuses: keyCounts('topStatuses'),
    topErrorPaths: keyCountsIfAny('topErrorPaths'),
    agentClasses: keyCountsIfAny('agentClasses'),
    topReferrers: keyCountsIfAny('topReferrers'),
    topHosts: keyCountsIfAny('topHosts'),
    topCountries: keyCountsIfAny('topCountries'),
  };
}

export function parseWindowPage(answer: unknown): WindowPage {
  return {
    windows: list(answer, 'windows', (window) => ({
      start: instant(member(window, 'windowStart'), 'windowStart'),
      requests: count(member(window, 'requests'), 'requests'),
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
