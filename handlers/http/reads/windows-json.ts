import { answeredMeasures } from '../../../lib/domain/answered-measures.ts';
import type { CountsText } from '../../../lib/domain/counts-text.ts';
import { expandSums } from '../../../lib/domain/counts-text/expand-paths.ts';
import { dimensions, type DimensionField } from '../../../lib/domain/dimensions.ts';
import type { AnsweredWindow } from '../../../lib/pipeline/query/query.ts';

/** A window in an answer's JSON. */
export interface WindowJson {
  /** Pieces of the JSON. */
  readonly json: readonly Buffer[];
  /** Length within a function's answer, whose body is a string within JSON: a quote takes two bytes there. */
  readonly bytesSent: number;
}

const nameOf = (field: string) => Buffer.from(`,"${field}":`);
const quotesOfName = 2;
const emptyLength = Buffer.byteLength('{}');
const countsNames = dimensions.map(({ field, isAlwaysThere }) => {
  return { field, isAlwaysThere, name: nameOf(field) };
});
const allFields: ReadonlySet<DimensionField> = new Set(dimensions.map(({ field }) => field));
const bytesByPath = nameOf('bytesByPath');
const durationMsByPath = nameOf('durationMsByPath');

/**
 * Writes a window as JSON. Its counts, which are most of it, are JSON text already and are copied unchanged.
 * @param fields  dimensions to write
 */
export function windowToJson(
  window: AnsweredWindow,
  fields: ReadonlySet<DimensionField> = allFields,
): WindowJson {
  const { customerId, windowSize, windowStart, requests, counts, batches, measures } = window;
  const { revision, lateRequests, complete, updatedAt } = window;
  // None of these texts has a character that JSON escapes.
  const before = JSON.stringify({ customerId, windowSize, windowStart, requests }).slice(0, -1);
  const rest = { ...answeredMeasures(measures), batches, revision, lateRequests, complete, updatedAt };
  const after = JSON.stringify(rest).replace('{', ',');

  const parts: Buffer[] = [Buffer.from(before)];
  let escapes = quotesIn(before) + quotesIn(after);
  const add = (name: Buffer, text: CountsText) => {
    parts.push(name, text.json);
    escapes += quotesOfName + text.escapes;
  };
  for (const { field, isAlwaysThere, name } of countsNames) {
    if (!fields.has(field)) continue;
    if (isAlwaysThere || counts[field].json.length > emptyLength) add(name, counts[field]);
  }
  const { pathBytes, pathDurationMs } = (fields.has('requestsByPath') && measures) || {};
  if (pathBytes !== undefined) add(bytesByPath, expandSums(counts.requestsByPath, pathBytes));
  if (pathDurationMs !== undefined) add(durationMsByPath, expandSums(counts.requestsByPath, pathDurationMs));
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
