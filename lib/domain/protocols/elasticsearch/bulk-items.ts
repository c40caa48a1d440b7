import { InvalidRequest } from '../../../errors.ts';
import { parseJson } from '../../../parse-json.ts';
import { JsonCursor } from '../json-cursor.ts';

export const bulkActions = ['index', 'create', 'update', 'delete'] as const;
export type BulkAction = (typeof bulkActions)[number];

/** One operation of a bulk request. */
export interface BulkItem {
  readonly action: BulkAction;
  /** Index and document id, as named by the action. */
  readonly index: string | undefined;
  readonly id: string | undefined;
  /** The line of its document, from start to end in the body; empty for `delete`, which has none. */
  readonly start: number;
  readonly end: number;
}

type ActionLine = Pick<BulkItem, 'action' | 'index' | 'id'>;
type Place = Pick<BulkItem, 'start' | 'end'>;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Longer than any action line: an index name has at most 255 bytes, a document id 512. */
const maxActionBytes = 4_096;
const maxUsualActionBytes = 256;

/**
 * Finds the items of an Elasticsearch bulk request: a line with an action and, except for `delete`, a line with the document.
 * Blank lines in place of an action are skipped.
 * @throws InvalidRequest  a line that must be an action is not one, or the last document is missing
 */
export function* bulkItems(body: Buffer): Generator<BulkItem, void, undefined> {
  let lastStart = 0;
  let lastEnd = 0;
  let last: ActionLine | undefined;
  let at = 0;
  for (let item = 0; at < body.length;) {
    const start = at;
    const lineEnd = endOfLine(body, start);
    at = lineEnd + 1;
    const end = withoutReturn(body, start, lineEnd);
    if (isBlank(body, start, end)) continue;
    // Nearly all actions of a body are the same.
    if (last === undefined || !isSame(body, { start, end }, { start: lastStart, end: lastEnd })) {
      last = parseAction(body.subarray(start, end), item);
      lastStart = start;
      lastEnd = end;
    }
    const { action, index, id } = last;
    if (action === 'delete') {
      yield { action, index, id, start: at, end: at };
    } else {
      if (at >= body.length) throw notBulk(item, 'has no document');
      const documentEnd = endOfLine(body, at);
      yield { action, index, id, start: at, end: withoutReturn(body, at, documentEnd) };
      at = documentEnd + 1;
    }
    item += 1;
  }
}

function endOfLine(body: Buffer, start: number): number {
  const lineBreak = body.indexOf(lineFeed, start);
  return lineBreak < 0 ? body.length : lineBreak;
}

function withoutReturn(body: Buffer, start: number, end: number): number {
  return end > start && body[end - 1] === carriageReturn ? end - 1 : end;
}

function isBlank(body: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && (body[at] === 0x20 || body[at] === 0x09)) at += 1;
  return at === end;
}

function isSame(body: Buffer, one: Place, other: Place): boolean {
  const length = one.end - one.start;
  if (other.end - other.start !== length) return false;
  let same = 0;
  while (same < length && body[one.start + same] === body[other.start + same]) same += 1;
  return same === length;
}

function parseAction(line: Buffer, item: number): ActionLine {
  const read =
    line.length > maxActionBytes
      ? undefined
      : line.length > maxUsualActionBytes
        ? readAction(line)
        : readUsualAction(line);
  if (read === undefined) throw notBulk(item, `must be a line with one of ${bulkActions.join(', ')}`);
  return read;
}

/** Reads an action as `readAction` does, in less time where it has few fields. */
function readUsualAction(line: Buffer): ActionLine | undefined {
  const fields = parseJson(line.toString());
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
  const [[name, target] = [], ...others] = Object.entries(fields);
  const action = bulkActions.find((known) => known === name);
  if (action === undefined || others.length > 0) return undefined;
  const { _index, _id } = (target ?? {}) as Partial<Record<string, unknown>>;
  return { action, index: textOf(_index), id: textOf(_id) };
}

/**
 * Reads the name of an action, and of its fields only those with a meaning: a client may invent any number of others. Returns
 * `undefined` for a line that is not an object with one known action. A name that comes twice has its last value. */
function readAction(line: Buffer): ActionLine | undefined {
  try {
    const cursor = new JsonCursor(line);
    if (!cursor.hasMore() || !cursor.isObject()) return undefined;
    let found: ActionLine | undefined;
    for (const name of cursor.members()) {
      const action = bulkActions.find((known) => known === name);
      if (action === undefined || (found !== undefined && found.action !== action)) return undefined;
      found = { action, ...readTarget(cursor) };
    }
    return cursor.hasMore() ? undefined : found;
  } catch (error) {
    if (error instanceof InvalidRequest) return undefined;
    throw error;
  }
}

function readTarget(cursor: JsonCursor): Pick<BulkItem, 'index' | 'id'> {
  let index: string | undefined;
  let id: string | undefined;
  if (!cursor.isObject()) {
    cursor.skip();
    return { index, id };
  }
  for (const name of cursor.members()) {
    if (name === '_index') index = textOf(cursor.read());
    else if (name === '_id') id = textOf(cursor.read());
    else cursor.skip();
  }
  return { index, id };
}

/** Some clients write document ids as numbers. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function notBulk(index: number, reason: string): InvalidRequest {
  return new InvalidRequest(`The action of item ${index} ${reason}.`, [
    { index, reason: `its action ${reason}` },
  ]);
}
