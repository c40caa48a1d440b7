import { enclosingWindowKey, minuteKey, windowStartOfKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import type { StoredBatch } from '../../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { partialId } from '../../../lib/domain/partial.ts';
import { decodeWholeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { minuteOf } from '../../factories.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import { expectedWindow, foundWindow, sumOf, type ExpectedWindow } from './expected-window.ts';
import type { ForgottenCustomers } from './forgotten-customers.ts';
import { ExpectedIndex } from './expected-index.ts';
import type { KnownBatches } from './known-batches.ts';
import { idsOf } from './window-changes.ts';

type Windows = Map<ObjectKey, ExpectedWindow>;

/** Returns how the minutes, hours, days and the index differ from the batches that are stored and not forgotten. */
export function lawBrokenAtRest(
  { stored }: KnownBatches,
  forgotten: ForgottenCustomers,
  horizon: WindowStart,
  store: SimulatedStore,
): string | undefined {
  const rulesOf = rulesOfWindows(store);
  const minutes: Windows = new Map();
  const index = new ExpectedIndex();
  for (const { header, sent } of stored.values()) {
    if (forgotten.has(header)) continue;
    for (const entry of sent.entries) {
      const key = minuteKey(sent.customerId, windowStartOf(minuteOf(entry.receivedAt)));
      minutes.set(key, sumOf(minutes.get(key), expectedWindow(entry, rulesOf(key, header))));
      index.add(sent.customerId, entry);
    }
  }
  const hours = enclosing('hour', minutes);
  const days = enclosing('day', hours);
  return (
    differenceIn('aggregates/minute/', minutes, horizon, store, decodeWindow) ??
    differenceIn('aggregates/hour/', hours, horizon, store, decodeWholeRolledUp) ??
    differenceIn('aggregates/day/', days, horizon, store, decodeWholeRolledUp) ??
    index.lawBrokenBy(store, horizon)
  );
}

/** Returns the rules that a window counts a batch by: those of its recount, if it had the batch then. */
function rulesOfWindows(store: SimulatedStore): (key: ObjectKey, header: StoredBatch) => string {
  const recounted = new Map<ObjectKey, { rulesVersion: string; ids: Set<string> } | undefined>();
  const read = (key: ObjectKey) => {
    const object = store.objects.get(key);
    const window = object && decodeWindow(object.body);
    if (window?.recounted === undefined) return undefined;
    const { rulesVersion, partials } = window.recounted;
    return { rulesVersion, ids: new Set(idsOf(window.partialIds).slice(0, partials)) };
  };
  return (key, { id, payloadHash, rulesVersion }) => {
    if (!recounted.has(key)) recounted.set(key, read(key));
    const known = recounted.get(key);
    // Batches are small here, and have one part in a minute.
    return known?.ids.has(partialId(id, payloadHash, 0).toString('hex')) === true
      ? known.rulesVersion
      : rulesVersion;
  };
}

/** A recount that is done. */
export interface DoneRecount {
  readonly customerId: CustomerId;
  readonly rulesVersion: string;
  /** The batches that were stored when it began. */
  readonly stored: ReadonlySet<ObjectKey>;
}

/** Returns how the windows of a recounted customer do not count by its rules what was stored when the recount began. */
export function lawBrokenByRecount(
  { stored }: KnownBatches,
  forgotten: ForgottenCustomers,
  { customerId, rulesVersion, horizon, ...recount }: DoneRecount & { readonly horizon: WindowStart },
  store: SimulatedStore,
): string | undefined {
  const rulesOf = rulesOfWindows(store);
  for (const [batch, { header, sent }] of stored) {
    if (!recount.stored.has(batch) || header.customerId !== customerId || forgotten.has(header)) continue;
    for (const { windowStart } of header.partials) {
      const key = minuteKey(customerId, windowStart);
      if (windowStart < horizon || !store.objects.has(key)) continue;
      if (rulesOf(key, header) !== rulesVersion)
        return `${key} was recounted by ${rulesVersion}, and counts ${sent.name} by ${rulesOf(key, header)}`;
    }
  }
  return undefined;
}

function enclosing(size: 'hour' | 'day', parts: Windows): Windows {
  const whole: Windows = new Map();
  for (const [partKey, part] of parts) {
    const key = enclosingWindowKey(partKey, size);
    whole.set(key, sumOf(whole.get(key), part));
  }
  return whole;
}

function differenceIn(
  prefix: string,
  expected: Windows,
  horizon: WindowStart,
  store: SimulatedStore,
  decode: (body: Buffer) => Parameters<typeof foundWindow>[0],
): string | undefined {
  for (const [key, should] of expected) {
    if (windowStartOfKey(key) < horizon) continue;
    const object = store.objects.get(key);
    if (object === undefined) return `${key} is missing, with ${should.requests} requests`;
    const [is, wanted] = [textOf(foundWindow(decode(object.body))), textOf(should)];
    if (is !== wanted) return `${key} is ${is}, and should be ${wanted}`;
  }
  for (const key of store.objects.keys()) {
    const isPoison = key.startsWith(`${prefix}poison/`);
    if (key.startsWith(prefix) && !isPoison && !expected.has(key))
      return `${key} exists, but nothing was sent for it`;
  }
  return undefined;
}

function textOf({ requests, counts }: ExpectedWindow): string {
  const sorted = Object.entries(counts).map(([field, byKey]) => [
    field,
    [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return JSON.stringify({ requests, ...Object.fromEntries(sorted) });
}
