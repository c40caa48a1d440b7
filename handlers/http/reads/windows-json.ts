import { dimensions } from '../../../lib/domain/dimensions.ts';
import type { AnsweredWindow } from '../../../lib/pipeline/query/query.ts';

/** A window in an answer's JSON. */
export interface WindowJson {
  /** Pieces of the JSON. */
  readonly json: readonly Buffer[];
  /** Length within a function's answer, whose body is a string within JSON: a quote takes two bytes there. */
  readonly bytesSent: number;
}

const countsNames = dimensions.map(({ field }) => ({ field, name: Buffer.from(`,"${field}":`) }));
const quotesOfNames = 2 * dimensions.length;

/** Writes a window as JSON. Its counts, which are most of it, are JSON text already and are copied unchanged. */
export function windowToJson(window: AnsweredWindow): WindowJson {
  const { customerId, windowSize, windowStart, requests, counts, batches } = window;
  const { revision, lateRequests, complete, updatedAt } = window;
  // None of these texts has a character that JSON escapes.
  const before = JSON.stringify({ customerId, windowSize, windowStart, requests }).slice(0, -1);
  const after = JSON.stringify({ batches, revision, lateRequests, complete, updatedAt }).replace('{', ',');

  const parts: Buffer[] = [Buffer.from(before)];
  let escapes = quotesIn(before) + quotesIn(after) + quotesOfNames;
  for (const { field, name } of countsNames) {
    parts.push(name, counts[field].json);
    escapes += counts[field].escapes;
  }
  parts.push(Buffer.from(after));
  return { json: parts, bytesSent: parts.reduce((sum, { length }) => sum + length, escapes) };
}

/** Writes the windows as a list. */
export function windowsToJson(windows: readonly WindowJson[]): Buffer {
  const comma = Buffer.from(',');
  const parts = windows.flatMap(({ json }, place) => (place === 0 ? json : [comma, ...json]));
  return Buffer.concat([Buffer.from('['), ...parts, Buffer.from(']')]);
}

function quotesIn(text: string): number {
  return text.split('"').length - 1;
}
