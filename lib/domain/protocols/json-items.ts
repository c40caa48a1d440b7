import { isUtf8 } from 'node:buffer';
import { InvalidRequest } from '../../errors.ts';
import { JsonCursor } from './json-cursor.ts';

/** The place of an object in a body. */
export interface JsonItem {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds objects deep within the JSON of a body without parsing the rest of it, in time proportional to its length.
 * @param way       the fields that lead to the objects, each an array of objects: `['a', 'b']` finds those in the arrays
 *                  `b` of the objects in the arrays `a` of the body
 * @param expected  what the body should be, for the message of a refusal
 * @param isRequired  true if a body without an array in the first field of the way is refused: it is something else
 * @throws InvalidRequest  the body is not JSON, or a field on the way is not an array of objects
 */
export function* jsonItems(
  body: Buffer,
  way: readonly string[],
  expected: string,
  isRequired = false,
): Generator<JsonItem, void> {
  const refusal = new InvalidRequest(`The body is not ${expected} in JSON.`);
  if (!isUtf8(body)) throw refusal;
  const cursor = new JsonCursor(body);
  let isFound = false;

  /** Finds the objects in an object that is `step` steps on the way. */
  function* itemsIn(step: number): Generator<JsonItem, void> {
    for (const name of cursor.members()) {
      if (name === way[step] && cursor.isArray()) {
        isFound = true;
        yield* listedItems(step);
      } else if (name === way[step] && body[cursor.at] !== firstOfNull) throw refusal;
      else cursor.skip();
    }
  }

  function* listedItems(step: number): Generator<JsonItem, void> {
    for (const _ of cursor.elements()) {
      if (!cursor.isObject()) throw refusal;
      if (step < way.length - 1) yield* itemsIn(step + 1);
      else yield { start: cursor.skip(), end: cursor.at };
    }
  }

  cursor.hasMore();
  if (!cursor.isObject()) throw refusal;
  yield* itemsIn(0);
  if (cursor.hasMore() || (isRequired && !isFound)) throw refusal;
}

const firstOfNull = 0x6e;
