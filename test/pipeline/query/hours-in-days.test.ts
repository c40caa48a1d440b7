import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import type { DimensionField } from '../../../lib/domain/dimensions.ts';
import { hoursLineOf } from '../../../lib/domain/hours-of-day.ts';
import { minuteKey, windowKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { rollUp } from '../../../lib/pipeline/roll-up/roll-up.ts';
import type { WindowRange } from '../../../lib/ports/window-reader.ts';
import {
  customer,
  foldingLimits as limits,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
} from '../../factories.ts';

const clock = { now: () => instant('2025-12-31T12:00:00Z') };
const fields = new Set<DimensionField>(['requestsByStatus']);

/** Records which objects were read. */
class WatchedStore extends InMemoryObjectStore {
  readonly read: ObjectKey[] = [];

  override get(...args: Parameters<InMemoryObjectStore['get']>) {
    this.read.push(args[0]);
    return super.get(...args);
  }
}

let store: WatchedStore;
let partials = 0;

beforeEach(() => {
  store = new WatchedStore();
});

/** Counts a request in each of these hours of December. */
async function count(hours: readonly string[], { isRolledUp = true } = {}): Promise<void> {
  const notifications = [];
  for (const hour of hours) {
    const start = windowStart(`2025-12-${hour}:03:00Z`);
    const counts = { requestsByPath: { 'GET /': 1 }, requestsByStatus: { 200: 1 } };
    const partial = windowPartial({ id: partials++, windowStart: start, counts });
    await aggregate([receivedRecord('1', partial)], { store, clock }, limits);
    notifications.push({ messageId: hour, key: minuteKey(customer(), start) });
  }
  if (isRolledUp) await rollUp(notifications, { store, clock }, { limits, maxSeconds: 60 });
}

const dayAt = (day: string) => windowKey(customer(), 'day', windowStart(`2025-12-${day}T00:00:00Z`));

async function edit(key: ObjectKey, change: (body: Buffer) => Buffer | undefined): Promise<void> {
  const { body, etag } = (await store.get(key)) ?? expect.fail('There is no such object.');
  const changed = change(body);
  if (changed === undefined) await store.delete(key, { ifMatch: etag });
  else await store.put(key, changed, { ifMatch: etag });
}

async function hoursOf(asked: Partial<WindowRange> = {}): Promise<string[]> {
  const found: string[] = [];
  store.read.length = 0;
  const range = {
    customerId: customer(),
    windowSize: 'hour',
    from: windowStart('2025-12-26T00:00:00Z'),
    to: windowStart('2025-12-31T00:00:00Z'),
    fields,
    ...asked,
  } as const;
  for await (const hour of createObjectWindowReader(store).windows(range, 16)) {
    found.push(`${hour.windowStart.slice(8, 13)} ${hour.counts.requestsByStatus.json.toString()}`);
  }
  return found;
}

const all = ['26T05', '28T00', '28T18', '28T23', '29T07'];
const allFound = all.map((hour) => `${hour} {"200":1}`);

describe('hours with few dimensions', () => {
  it('are read from their days alone', async () => {
    await count(all);
    expect(await hoursOf()).toEqual(allFound);
    expect(store.read).toEqual(['26', '28', '29'].map(dayAt));
  });

  it('are read themselves where other dimensions are asked for', async () => {
    await count(all);
    expect(await hoursOf({ fields: undefined })).toEqual(allFound);
    expect(store.read.every((key) => key.startsWith('aggregates/hour/'))).toBe(true);
  });

  it.each([
    ['of an earlier version', (body: Buffer) => body.subarray(0, body.length - hoursLineOf(body).length)],
    ['with a damaged line', (body: Buffer) => body.subarray(0, body.length - 2)],
    ['that does not exist', () => undefined],
  ])('are read themselves for a day %s', async (_what, change) => {
    await count(all);
    for (const day of ['26', '28', '29']) {
      await edit(dayAt(day), change);
      expect(await hoursOf()).toEqual(allFound);
    }
  });

  it('are those of the range, from any page on', async () => {
    await count(all);
    const range = { from: windowStart('2025-12-26T06:00:00Z'), to: windowStart('2025-12-28T23:00:00Z') };
    const within = allFound.slice(1, 3);
    expect(await hoursOf(range)).toEqual(within);
    expect(await hoursOf({ ...range, after: windowStart('2025-12-28T00:00:00Z') })).toEqual(within.slice(1));
    await edit(dayAt('28'), () => undefined);
    expect(await hoursOf(range)).toEqual(within);
    expect(await hoursOf({ ...range, after: windowStart('2025-12-28T00:00:00Z') })).toEqual(within.slice(1));
  });

  it('grow with their day', async () => {
    await count(all);
    await count(['28T18', '28T19']);
    expect(await hoursOf({ from: windowStart('2025-12-28T18:00:00Z') })).toEqual([
      '28T18 {"200":2}',
      '28T19 {"200":1}',
      '28T23 {"200":1}',
      '29T07 {"200":1}',
    ]);
  });
});
