import { beforeEach, describe, expect, it } from 'vitest';
import {
  createInMemoryEventStream,
  type InMemoryEventStream,
} from '../../../lib/adapters/in-memory-event-stream.ts';
import { partitionKeyOf } from '../../../lib/domain/partial.ts';
import { BudgetUsedUp, Unavailable } from '../../../lib/errors.ts';
import { Admission } from '../../../lib/pipeline/streams/admission.ts';
import type { EventStream } from '../../../lib/ports/event-stream.ts';
import { customer, instant, windowStart } from '../../factories.ts';

let now: Date;
const clock = { now: () => now };
const flood = customer('flood');
const other = customer('other');
const live = [{ isLate: false }];
const late = [{ isLate: true }];
const largeBytes = 1_000_000;
let streams: { insights: InMemoryEventStream; late: InMemoryEventStream };
let admission: Admission;

beforeEach(() => {
  now = instant('2025-12-28T18:04:00Z');
  streams = { insights: createInMemoryEventStream({ clock }), late: createInMemoryEventStream({ clock }) };
  admission = new Admission({ streams, clock, maxBacklogRecords: 100 });
});

async function put(stream: EventStream, name: typeof flood, count: number): Promise<void> {
  const partitionKey = partitionKeyOf(name, windowStart());
  await stream.put(Array.from({ length: count }, () => ({ partitionKey, data: Buffer.from('x') })));
}

const sends = async (...names: readonly (typeof flood)[]) => {
  for (const name of names) await admission.requireShare(name, 100);
};

describe('the admission', () => {
  it('takes all of the backlog from a customer that is alone', async () => {
    await sends(flood);
    await put(streams.insights, flood, 100);
    await expect(admission.requireRoom(flood, live)).resolves.toBeUndefined();
  });

  it('refuses a customer beyond its share once others send, and these not', async () => {
    await put(streams.insights, flood, 100);
    await sends(flood, other);
    await expect(admission.requireRoom(flood, live)).rejects.toThrow(BudgetUsedUp);
    await expect(admission.requireRoom(other, live)).resolves.toBeUndefined();
  });

  it('forgets who has not sent for a minute', async () => {
    await put(streams.insights, flood, 100);
    await sends(other);
    now = instant('2025-12-28T18:05:01Z');
    await sends(flood);
    await expect(admission.requireRoom(flood, live)).resolves.toBeUndefined();
  });

  it('looks at the streams that the batch takes alone', async () => {
    await put(streams.late, flood, 101);
    await sends(flood);
    await expect(admission.requireRoom(flood, live)).resolves.toBeUndefined();
    await expect(admission.requireRoom(flood, late)).rejects.toThrow(BudgetUsedUp);
  });

  it('refuses a large batch unread while the customer is beyond its share, and small ones not', async () => {
    await put(streams.late, flood, 101);
    await expect(admission.requireShare(flood, largeBytes)).resolves.toBeUndefined();
    await expect(admission.requireRoom(flood, late)).rejects.toThrow(BudgetUsedUp);
    await expect(admission.requireShare(flood, largeBytes)).rejects.toThrow(BudgetUsedUp);
    await expect(admission.requireShare(flood, 100)).resolves.toBeUndefined();
    await expect(admission.requireShare(other, largeBytes)).resolves.toBeUndefined();
  });

  it('reads large batches again when what waited is counted', async () => {
    await put(streams.late, flood, 101);
    await expect(admission.requireRoom(flood, late)).rejects.toThrow(BudgetUsedUp);
    now = instant('2025-12-28T18:04:02Z');
    await expect(admission.requireShare(flood, largeBytes)).rejects.toThrow(BudgetUsedUp);
    streams.late.drain();
    now = instant('2025-12-28T18:04:04Z');
    await expect(admission.requireShare(flood, largeBytes)).resolves.toBeUndefined();
  });

  it('refuses everybody when many customers have filled twice the limit together', async () => {
    for (let made = 0; made < 201; made += 1) await put(streams.insights, customer(`made-up-${made}`), 1);
    await expect(admission.requireRoom(other, live)).rejects.toThrow(Unavailable);
  });

  it('bounds nothing on a stream that reports no backlog', async () => {
    const silent = { ...streams.insights, backlog: async () => undefined };
    const onKinesis = new Admission({
      streams: { ...streams, insights: silent },
      clock,
      maxBacklogRecords: 1,
    });
    await put(streams.insights, flood, 10);
    await expect(onKinesis.requireRoom(flood, live)).resolves.toBeUndefined();
  });
});
