import pMap from 'p-map';
import { customerIdSchema, windowStartSchema } from '../../lib/domain/stored-document.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { emptyCounts, type Counts } from '../../lib/domain/dimensions.ts';
import { encodeCustomerIndex } from '../../lib/domain/customer-index-format.ts';
import type { CustomerIndex } from '../../lib/domain/customer-index.ts';
import { customerIndexKey, minuteKey, windowKey } from '../../lib/domain/keys.ts';
import { partialIdBytes } from '../../lib/domain/partial.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { encodeWindow } from '../../lib/domain/window-format.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import { windowStartOf, type RolledUpSize } from '../../lib/domain/window.ts';
import { recomputeWindow } from '../../lib/pipeline/roll-up/recompute-window.ts';
import { foldingLimits } from '../../test/factories.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';

interface Keys {
  readonly paths: number;
  readonly agents: number;
  readonly statuses: number;
}

const minutesPerDay = 1_440;
const minutesPerHour = 60;
const hoursPerDay = 24;
export const firstDay = '2025-01-01T00:00:00Z';
const firstMinute = Date.parse(firstDay) / 60_000;
const updatedAt = new Date('2026-01-02T00:00:00Z');
const createOnly = { ifNoneMatch: '*' } as const;

/** Stores this many consecutive minutes, each with 100 batches. */
export async function storeMinutes(name: string, minutes: number, keys: Keys, store: ObjectStore) {
  for (let minute = 0; minute < minutes; minute++) {
    const window = { ...countsOf(name, firstMinute + minute, keys, minute), batches: 100 };
    const partialIds = Buffer.alloc(100 * partialIdBytes, minute);
    const body = encodeWindow({ ...window, storedSince: updatedAt, partialIds });
    await store.put(minuteKey(window.customerId, window.windowStart), body, createOnly);
  }
}

/** Stores this many consecutive days. */
export async function storeDays(name: string, days: number, keys: Keys, store: ObjectStore) {
  await storeRolledUp(name, 'day', days, keys, store);
}

/** Stores the hours of this many consecutive days, and has the days rolled up. */
export async function storeDaysOfHours(name: string, days: number, keys: Keys, store: ObjectStore) {
  await storeRolledUp(name, 'hour', days * hoursPerDay, keys, store);
  const clock = { now: () => updatedAt };
  await pMap(
    Array.from({ length: days }, (_, day) =>
      windowStartOf((firstMinute + day * minutesPerDay) as EpochMinute),
    ),
    async (day) => {
      const key = windowKey(customerNamed(name), 'day', day);
      await recomputeWindow(key, 'day', { store, clock }, foldingLimits);
    },
    { concurrency: 8 },
  );
}

async function storeRolledUp(
  name: string,
  windowSize: RolledUpSize,
  count: number,
  keys: Keys,
  store: ObjectStore,
) {
  const minutes = windowSize === 'day' ? minutesPerDay : minutesPerHour;
  await pMap(
    Array.from({ length: count }, (_, place) => place),
    async (place) => {
      const window = countsOf(name, firstMinute + place * minutes, keys, place);
      const body = encodeRolledUp({ windowSize, ...window });
      await store.put(windowKey(window.customerId, windowSize, window.windowStart), body, createOnly);
    },
    { concurrency: 64 },
  );
}

function customerNamed(name: string): CustomerId {
  return customerIdSchema.parse(name);
}

/** Stores a minute for each of this many customers, and this many days in the index of customers. */
export async function storeCustomers(count: number, days: number, store: ObjectStore) {
  const keys = { paths: 1, agents: 1, statuses: 1 };
  await pMap(
    Array.from({ length: count }, (_, n) => n),
    async (n) => {
      await storeMinutes(`cus-${n}`, 1, keys, store);
      const index = indexOf(`cus-${n}`, n, days);
      await store.put(customerIndexKey(index.customerId), encodeCustomerIndex(index), createOnly);
    },
    { concurrency: 64 },
  );
}

function indexOf(name: string, n: number, days: number): CustomerIndex {
  const byStart = Array.from({ length: days }, (_, day) => {
    const start = windowStartOf((firstMinute + day * minutesPerDay) as EpochMinute);
    const requests = 1 + ((n * 7_919 + day * 31) % 100_000);
    return [start, { requests, errors: requests >> 4, firstWindow: start, lastWindow: start }] as const;
  });
  return { customerId: customerNamed(name), revision: 1, days: new Map(byStart) };
}

/** Creates counts whose keys come in another order in each window, as in real traffic. */
function countsOf(name: string, minute: number, { paths, agents, statuses }: Keys, place: number) {
  const counts: Counts = {
    ...emptyCounts(),
    requestsByPath: shuffled(paths, place, (id) => `GET /shop/articles?id=${id}`),
    requestsByUserAgent: shuffled(agents, place, (id) => `agent-${id}`),
    requestsByStatus: shuffled(statuses, place, (id) => String(100 + id)),
  };
  const requests = [...counts.requestsByPath.values()].reduce((sum, each) => sum + each, 0);
  return {
    customerId: customerNamed(name),
    windowStart: windowStartSchema.parse(windowStartOf(minute as EpochMinute)),
    requests,
    counts,
    revision: 1 + place,
    lateRequests: 0,
    updatedAt,
  };
}

/** Returns all numbers below `count`, once each, in steps of a number that has no divisor in common with it. */
function shuffled(count: number, place: number, keyOf: (id: number) => string): Map<string, number> {
  const step = [7_919, 6_101, 4_999][place % 3] ?? 1;
  return new Map(
    Array.from({ length: count }, (_, n) => {
      const id = (n * step + place * 31) % count;
      return [keyOf(id), 1 + ((id * 13 + place) % 97)];
    }),
  );
}
