import { mapDimensions, requestsToJson, type Counts, type DimensionField } from './dimensions.ts';

/**
 * The counts of one dimension as JSON text, as `JSON.stringify` writes it: an object of whole numbers above 0 without white
 * space, each key in the one form that it has there, so that equal keys are equal bytes. They are sent and added up as
 * they are; `readCountsText` reads them into a `Map`.
 */
export interface CountsText {
  readonly json: Buffer;
  /** The `"` and `\` in it: each takes another byte where the text is a string within JSON. */
  readonly escapes: number;
}

/** The counts of all dimensions as text. */
export type CountsTexts = Readonly<Record<DimensionField, CountsText>>;

/**
 * Writes the counts of one dimension, in the order that JSON has: keys that are whole numbers first.
 * @throws RangeError  one of them is not a whole number from 1 to 2^53 − 1
 */
export function countsText(requestsByKey: ReadonlyMap<string, number>): CountsText {
  for (const requests of requestsByKey.values()) {
    if (!Number.isSafeInteger(requests) || requests < 1) throw new RangeError(`${requests} is no count.`);
  }
  const text = JSON.stringify(requestsToJson(requestsByKey));
  return { json: Buffer.from(text), escapes: text.match(/["\\]/g)?.length ?? 0 };
}

/** Writes the counts of all dimensions. */
export function countsTexts(counts: Counts): CountsTexts {
  return mapDimensions((field) => countsText(counts[field]));
}

/** Reads the counts of one dimension. */
export function readCountsText({ json }: CountsText): Map<string, number> {
  const requestsByKey = new Map<string, number>();
  const counts = JSON.parse(json.toString()) as Readonly<Record<string, number>>; // as its type promises
  for (const key of Object.keys(counts)) requestsByKey.set(key, counts[key] ?? 0);
  return requestsByKey;
}
