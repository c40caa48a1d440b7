/** Reads fields of answers, whose types nobody guarantees. */

/** An answer breaks the contract: page and pipeline have different versions, or something between them changed it. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

export function parseNextToken(answer: unknown): string | undefined {
  const nextToken = member(answer, 'nextToken');
  return nextToken === undefined ? undefined : text(nextToken, 'nextToken');
}

export function list<T>(answer: unknown, field: string, parse: (item: unknown) => T): T[] {
  const items = member(answer, field);
  if (!Array.isArray(items)) throw unexpected(field);
  return items.map((item: unknown) => parse(item));
}

export function member(answer: unknown, field: string): unknown {
  if (!isObject(answer)) throw unexpected(field);
  return answer[field];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

export function text(value: unknown, field: string): string {
  if (typeof value !== 'string') throw unexpected(field);
  return value;
}

export function count(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unexpected(field);
  return value;
}

export function number(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw unexpected(field);
  return value;
}

/** Reads a number that may be absent. */
export function optionalNumber(answer: unknown, field: string): number | undefined {
  const value = member(answer, field);
  return value === undefined ? undefined : number(value, field);
}

export function instant(value: unknown, field: string): number {
  const milliseconds = Date.parse(text(value, field));
  if (Number.isNaN(milliseconds)) throw unexpected(field);
  return milliseconds;
}

export function unexpected(field: string): UnexpectedAnswer {
  return new UnexpectedAnswer(`The answer has no usable "${field}".`);
}
