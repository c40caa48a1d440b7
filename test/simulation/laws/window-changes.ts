import type { BatchHeader } from '../../../lib/domain/batch-format.ts';
import { minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { partialId, partialIdBytes } from '../../../lib/domain/partial.ts';
import { decodeWholeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import type { WindowAggregate } from '../../../lib/domain/window-aggregate.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import type { WindowStart } from '../../../lib/domain/window.ts';
import type { SimulatedStore } from '../simulated-store.ts';

/**
 * Returns the law that a write of a minute breaks: it holds each partial once, counts no more than is stored, and
 * never goes back.
 * @param storedRequests  number of entries of the minute in all stored batches
 */
export function lawBrokenByMinute(
  key: ObjectKey,
  body: Buffer,
  before: Buffer | undefined,
  storedRequests: number,
): string | undefined {
  const window = decodeWindow(body);
  const ids = idsOf(window.partialIds);
  const held = new Set(ids);
  if (held.size !== ids.length) return `${key} holds a partial twice`;
  if (window.requests > storedRequests)
    return `${key} counts ${window.requests} requests, but only ${storedRequests} are stored`;
  if (before === undefined) return undefined;
  const earlier = decodeWindow(before);
  if (isNewer(window.forgottenBefore, earlier.forgottenBefore)) return undefined; // counted anew
  const [is, was] = [window.recounted, earlier.recounted];
  const isRecount = is?.rulesVersion !== was?.rulesVersion || is?.partials !== was?.partials;
  const isSame = numbersOf(window) === numbersOf(earlier);
  if (isRecount && !(isSame && is?.partials === ids.length))
    return `${key} was recounted from revision ${earlier.revision}, and has other partials or requests`;
  return window.requests < earlier.requests || !idsOf(earlier.partialIds).every((id) => held.has(id))
    ? `${key} went back from revision ${earlier.revision}`
    : undefined;
}

/** Returns the law that a write of an hour or a day breaks. */
export function lawBrokenByRollUp(
  key: ObjectKey,
  body: Buffer,
  before: Buffer | undefined,
): string | undefined {
  if (before === undefined) return undefined;
  const earlier = decodeWholeRolledUp(before);
  return decodeWholeRolledUp(body).requests < earlier.requests
    ? `${key} went back from revision ${earlier.revision}`
    : undefined;
}

/** Returns the key of a minute that does not hold its part of a batch; `undefined` if all do. */
export function missingWindow(
  { customerId, id, payloadHash, partials }: BatchHeader,
  horizon: WindowStart,
  store: SimulatedStore,
): ObjectKey | undefined {
  for (const { windowStart, part } of partials) {
    if (windowStart < horizon) continue;
    const key = minuteKey(customerId, windowStart);
    const object = store.objects.get(key);
    const held = object === undefined ? [] : idsOf(decodeWindow(object.body).partialIds);
    if (!held.includes(partialId(id, payloadHash, part).toString('hex'))) return key;
  }
  return undefined;
}

/** Returns what no recount changes. */
function numbersOf({ requests, batches, lateRequests, partialIds, storedSince }: WindowAggregate): string {
  return JSON.stringify([requests, batches, lateRequests, partialIds.toString('hex'), storedSince]);
}

function isNewer(forgottenBefore: Date | undefined, than: Date | undefined): boolean {
  return forgottenBefore !== undefined && (than === undefined || forgottenBefore > than);
}

export function idsOf(packed: Buffer): string[] {
  return Array.from({ length: packed.length / partialIdBytes }, (_, place) =>
    packed.toString('hex', place * partialIdBytes, (place + 1) * partialIdBytes),
  );
}
