import { InvalidRequest } from '../../../errors.ts';

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

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** Longer than any action line: an index name has at most 255 bytes, a document id 512. */
const maxActionBytes = 4_096;

/**
 * Finds the items of an Elasticsearch bulk request: a line with an action and, except for `delete`, a line with the document.
 * Blank lines in place of an action are skipped.
 * @throws InvalidRequest  a line that must be an action is not one, or the last document is missing
 */
export function* bulkItems(body: Buffer): Generator<BulkItem, void, undefined> {
  let lastLine = body.subarray(0, 0);
  let lastAction: ActionLine | undefined;
  let at = 0;
  for (let index = 0; at < body.length;) {
    const { line, next } = lineAt(body, at);
    at = next;
    if (isBlank(line)) continue;
    // Nearly all actions of a body are the same.
    if (lastAction === undefined || !line.equals(lastLine)) {
      lastAction = parseAction(line, index);
      lastLine = line;
    }
    if (lastAction.action === 'delete') {
      yield { ...lastAction, start: at, end: at };
    } else {
      if (at >= body.length) throw notBulk(index, 'has no document');
      const document = lineAt(body, at);
      yield { ...lastAction, start: at, end: at + document.line.length };
      at = document.next;
    }
    index += 1;
  }
}

function lineAt(body: Buffer, start: number): { readonly line: Buffer; readonly next: number } {
  const lineBreak = body.indexOf(lineFeed, start);
  const end = lineBreak < 0 ? body.length : lineBreak;
  const textEnd = end > start && body[end - 1] === carriageReturn ? end - 1 : end;
  return { line: body.subarray(start, textEnd), next: end + 1 };
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09);
}

function parseAction(line: Buffer, index: number): ActionLine {
  const named = line.length > maxActionBytes ? undefined : parseObject(line.toString());
  const [name, ...others] = Object.keys(named ?? {});
  const action = bulkActions.find((known) => known === name);
  if (named === undefined || action === undefined || others.length > 0) {
    throw notBulk(index, `must be a line with one of ${bulkActions.join(', ')}`);
  }
  const { _index, _id } = (named[action] ?? {}) as Partial<Record<string, unknown>>;
  return { action, index: textOf(_index), id: textOf(_id) };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
