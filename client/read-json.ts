import type { HttpAnswer } from './http-client.ts';

/** Returns the body of an answer, or `undefined` where it is not JSON. */
export function readJson({ body }: Pick<HttpAnswer, 'body'>): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Returns whether a value is an object; the caller still has to check each field. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the value if it is a whole number from 0, or `undefined`. */
export function countIn(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}
