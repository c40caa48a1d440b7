import type { CountedWindow } from '../figures/series.ts';

/** How many requests have a key: a path, an agent, a status. */
export interface KeyCount {
  readonly key: string;
  readonly requests: number;
}

/** What an answer says about accepted entries that are not in its counts. */
export interface AnswerProgress {
  /** Everything that was accepted before this instant is in the counts; `null` where the pipeline does not know now. */
  readonly countedThrough: number | null;
  /** Accepted entries of the customer that are in no count yet; `undefined` where the pipeline does not know. */
  readonly waiting: number | undefined;
  readonly isComplete: boolean;
}

/** What `GET /aggregates/total` answers. */
export interface Total {
  /** `undefined` from a pipeline of a version that does not say. */
  readonly progress: AnswerProgress | undefined;
  readonly requests: number;
  /** Largest first. */
  readonly topPaths: readonly KeyCount[];
  readonly topUserAgents: readonly KeyCount[];
  readonly topStatuses: readonly KeyCount[];
}

/** A page of what `GET /customers` answers. */
export interface CustomerPage {
  readonly customers: readonly string[];
  readonly nextToken: string | undefined;
}

/** A page of what `GET /aggregates` answers. */
export interface WindowPage {
  readonly windows: readonly CountedWindow[];
  readonly nextToken: string | undefined;
}

/** An answer is not what the contract says: page and pipeline are of different versions, or something between changed it. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

export function parseCustomerPage(answer: unknown): CustomerPage {
  return {
    customers: list(answer, 'customers', (customer) => text(customer, 'customers')),
    nextToken: parseNextToken(answer),
  };
}

export function parseTotal(answer: unknown): Total {
  const keyCounts = (field: string) => list(answer, field, parseKeyCount);
  return {
    progress: parseProgress(answer),
    requests: count(member(answer, 'requests'), 'requests'),
    topPaths: keyCounts('topPaths'),
    topUserAgents: keyCounts('topUserAgents'),
    topStatuses: keyCounts('topStatuses'),
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

/** What an answer of minutes says waits to be counted; `undefined` where it does not say. */
export function parseWaiting(answer: unknown): number | undefined {
  const waiting = member(answer, 'waiting');
  return waiting === undefined ? undefined : count(waiting, 'waiting');
}

/** What an error says about itself, for people; or `undefined` where it is not one of the pipeline's. */
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

function parseNextToken(answer: unknown): string | undefined {
  const nextToken = member(answer, 'nextToken');
  return nextToken === undefined ? undefined : text(nextToken, 'nextToken');
}

function parseKeyCount(answer: unknown): KeyCount {
  return { key: text(member(answer, 'key'), 'key'), requests: count(member(answer, 'requests'), 'requests') };
}

function list<T>(answer: unknown, field: string, parse: (item: unknown) => T): T[] {
  const items = member(answer, field);
  if (!Array.isArray(items)) throw unexpected(field);
  return items.map((item: unknown) => parse(item));
}

function member(answer: unknown, field: string): unknown {
  if (!isObject(answer)) throw unexpected(field);
  return answer[field];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw unexpected(field);
  return value;
}

function count(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unexpected(field);
  return value;
}

function instant(value: unknown, field: string): number {
  const milliseconds = Date.parse(text(value, field));
  if (Number.isNaN(milliseconds)) throw unexpected(field);
  return milliseconds;
}

function unexpected(field: string): UnexpectedAnswer {
  return new UnexpectedAnswer(`The answer has no usable "${field}".`);
}
