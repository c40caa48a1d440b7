import type { Problem } from '../../../errors.ts';
import type { Steps } from '../../steps.ts';
import { bulkItems, type BulkItem } from './bulk-items.ts';

/** The rejected items of a bulk request: all by their positions, and the first with reasons. */
export interface RejectedItems {
  /** Called with ascending positions. */
  readonly isRejected: (position: number) => boolean;
  readonly count: number;
  readonly details: readonly Problem[];
}

const itemsInStep = 4_096;
/**
 * Maximum number of items that the answer names by index and id; only their positions identify further ones. Otherwise
 * the answer could be several times as long as the request, and clients that read the names send fewer items.
 */
const maxNamedItems = 20_000;
const otherError = errorOf('it is not a request of an access log; the first rejected items say more');

/**
 * Writes the answer to a bulk request, which has a result for each item, in order. All items that are not rejected are
 * stored, even those of a repetition, so a client that repeats the failed items repeats none that is counted.
 */
export function* bulkAnswer(
  body: Buffer,
  { isRejected, count, details }: RejectedItems,
  took: number,
): Steps<string> {
  const errors = errorsOf(details);
  const pieces: string[] = [];
  let position = 0;
  let text = '';
  for (const item of bulkItems(body)) {
    if (position > 0 && position % itemsInStep === 0) {
      pieces.push(text);
      text = '';
      yield;
    }
    const name = position < maxNamedItems ? nameOf(item) : '';
    const result = isRejected(position)
      ? (errors.get(position) ?? otherError)
      : '"result":"created","status":201';
    text += `${position === 0 ? '' : ','}{"${item.action}":{${name}${result}}}`;
    position += 1;
  }
  return `{"took":${took},"errors":${count > 0},"items":[${pieces.join('')}${text}]}`;
}

function nameOf({ index, id }: BulkItem): string {
  const ofIndex = index === undefined ? '' : `"_index":${JSON.stringify(index)},`;
  return id === undefined ? ofIndex : `${ofIndex}"_id":${JSON.stringify(id)},`;
}

function errorOf(reason: string): string {
  return `"status":400,"error":{"type":"document_parsing_exception","reason":${JSON.stringify(reason)}}`;
}

function errorsOf(details: readonly Problem[]): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>();
  for (const { index, field, reason } of details) {
    if (index === undefined) continue;
    const before = reasons.get(index);
    const text = `${field ?? 'it'} ${reason}`;
    reasons.set(index, before === undefined ? text : `${before}, ${text}`);
  }
  return new Map([...reasons].map(([index, reason]) => [index, errorOf(reason)]));
}
