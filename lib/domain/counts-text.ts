import { mapDimensions, requestsToJson, type Counts, type DimensionField } from './dimensions.ts';

/**
 * The counts of one dimension as JSON text, as `JSON.stringify` writes it: an object of whole numbers above 0 without
 * white space, each key in its only form, so that equal keys are equal bytes. They are sent and added up without
 * parsing; `readCountsText` parses them into a `Map`.
 */
export interface CountsText {
  readonly json: Buffer;
  /** Number of `"` and `\` in it: each takes another byte if the text is put into a JSON string. */
  readonly escapes: number;
}

/** The counts of all dimensions as text. */
export type CountsTexts = Readonly<Record<DimensionField, CountsText>>;

/**
 * Formats the counts of one dimension, in JSON's order: keys that are whole numbers first.
 * @throws RangeError  one of them is not a whole number from 1 to 2^53 − 1
 */
export function countsText(requestsByKey: ReadonlyMap<string, number>): CountsText {
  for (const requests of requestsByKey.values()) {
    if (!Number.isSafeInteger(requests) || requests < 1) throw new RangeError(`${requests} is not a count.`);
  }
  const text = JSON.stringify(requestsToJson(requestsByKey));
  return { json: Buffer.from(text), escapes: text.match(/["\\]/g)?.length ?? 0 };
}

/** Formats the counts of all dimensions. */
export function countsTexts(counts: Counts): CountsTexts {
  return mapDimensions((field) => countsText(counts[field]));
}

/** Parses the counts of one dimension. */
export function readCountsText({ json }: CountsText): Map<string, number> {
  const requestsByKey = new Map<string, number>();
  const counts = JSON.parse(json.toString()) as Readonly<Record<string, number>>; // as its type promises
  for (const key of Object.keys(counts)) requestsByKey.set(key, counts[key] ?? 0);
  return requestsByKey;
}
