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
 * Items of a larger request are named by their positions alone. With index and id the answer could have several times the
 * length of the request, and clients that read them send fewer.
 */
const maxNamedItems = 20_000;
const otherReason = 'it is not a request of an access log; the first rejected items say more';

/**
 * Writes the answer to a bulk request, which has a result for each item in their order. All that are not rejected are stored,
 * also those of a repetition, so a client that repeats what failed repeats nothing that is counted.
 */
export function* bulkAnswer(
  body: Buffer,
  { isRejected, count, details }: RejectedItems,
  took: number,
): Steps<string> {
  const reasons = reasonsOf(details);
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
      ? `"status":400,"error":{"type":"document_parsing_exception","reason":${JSON.stringify(reasons.get(position) ?? otherReason)}}`
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

function reasonsOf(details: readonly Problem[]): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>();
  for (const { index, field, reason } of details) {
    if (index === undefined) continue;
    const before = reasons.get(index);
    const text = `${field ?? 'it'} ${reason}`;
    reasons.set(index, before === undefined ? text : `${before}, ${text}`);
  }
  return reasons;
}
