import { enclosingWindowKey, minuteKey, windowStartOfKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { decodeWholeRolledUp } from '../../../lib/domain/roll-up-format.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { windowStartOf, type WindowStart } from '../../../lib/domain/window.ts';
import { minuteOf } from '../../factories.ts';
import type { SimulatedStore } from '../simulated-store.ts';
import { expectedWindow, sumOf, type ExpectedWindow } from './expected-window.ts';
import type { ForgottenCustomers } from './forgotten-customers.ts';
import { ExpectedIndex } from './expected-index.ts';
import type { KnownBatches } from './known-batches.ts';

type Windows = Map<ObjectKey, ExpectedWindow>;

/** Returns how the minutes, hours, days and the index differ from the batches that are stored and not forgotten. */
export function lawBrokenAtRest(
  { stored }: KnownBatches,
  forgotten: ForgottenCustomers,
  horizon: WindowStart,
  store: SimulatedStore,
): string | undefined {
  const minutes: Windows = new Map();
  const index = new ExpectedIndex();
  for (const { header, sent } of stored.values()) {
    if (forgotten.has(header)) continue;
    for (const entry of sent.entries) {
      const key = minuteKey(sent.customerId, windowStartOf(minuteOf(entry.receivedAt)));
      minutes.set(key, sumOf(minutes.get(key), expectedWindow(entry, header.rulesVersion)));
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
  decode: (body: Buffer) => ExpectedWindow,
): string | undefined {
  for (const [key, should] of expected) {
    if (windowStartOfKey(key) < horizon) continue;
    const object = store.objects.get(key);
    if (object === undefined) return `${key} is missing, with ${should.requests} requests`;
    const { requests, counts } = decode(object.body);
    const [is, wanted] = [textOf({ requests, counts }), textOf(should)];
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
