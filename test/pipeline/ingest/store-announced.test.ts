import { describe, expect, it } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { batchKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { ingest } from '../../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../../lib/pipeline/ingest/read-batch.ts';
import { storeAnnounced } from '../../../lib/pipeline/ingest/store-announced.ts';
import { realTimers } from '../../../lib/timers.ts';
import { batchIdOf, customer, instant, sentEntry, simpleRules } from '../../factories.ts';
import { createIntentOutbox, SteppedTimers } from '../intent-outbox.ts';
import { withAdmission } from '../with-admission.ts';

const clock = { now: () => instant('2025-12-28T18:04:00Z') };
const options = { rules: simpleRules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
const key = batchKey(customer(), batchIdOf('k'));
const batch = { customerId: customer(), key };

function batchK() {
  const body = Buffer.from(JSON.stringify([sentEntry()]));
  return readBatch(
    { customerId: customer(), id: batchIdOf('k'), mediaType: 'application/json', contentEncoding: '', body },
    100_000,
  );
}

describe('a batch whose intent comes first', () => {
  function createPorts() {
    const streams = {
      insights: createInMemoryEventStream({ clock }),
      late: createInMemoryEventStream({ clock }),
    };
    const outbox = createIntentOutbox(30_000);
    return withAdmission({ store: new InMemoryObjectStore(), streams, clock, outbox });
  }

  it('is announced before it is stored, and not emitted by ingest', async () => {
    const ports = createPorts();
    let wasStored: boolean | undefined;
    const outbox = {
      ...ports.outbox,
      async announce(announced: typeof batch) {
        wasStored = (await ports.store.get(announced.key)) !== undefined;
        return 30_000;
      },
    };
    const { isFirst, emitted } = await ingest(await batchK(), { ...ports, outbox }, options);
    expect({ isFirst, emitted, wasStored }).toEqual({ isFirst: true, emitted: [], wasStored: false });
    expect(await ports.store.get(key)).toBeDefined();
  });

  it('has an intent for each repetition', async () => {
    const ports = createPorts();
    await ingest(await batchK(), ports, options);
    expect((await ingest(await batchK(), ports, options)).isFirst).toBe(false);
    expect(ports.outbox.intents).toEqual([key, key]);
  });

  it('is not stored where the intent cannot be written', async () => {
    const ports = createPorts();
    const outbox = { ...ports.outbox, announce: () => Promise.reject(new Unavailable('no broker')) };
    await expect(ingest(await batchK(), { ...ports, outbox }, options)).rejects.toThrow(Unavailable);
    expect(await ports.store.get(key)).toBeUndefined();
  });
});

describe('the time of an announced put', () => {
  const never = () => new Promise<never>(() => {});

  it('ends with Unavailable while the put is under way', async () => {
    const ports = { outbox: createIntentOutbox(20), timers: realTimers };
    await expect(storeAnnounced(batch, never, ports)).rejects.toThrow(Unavailable);
  });

  it('begins before the announcement: where that takes it all, nothing is stored', async () => {
    const timers = new SteppedTimers();
    const slow = createIntentOutbox(1_000);
    const outbox = {
      ...slow,
      announce(announced: typeof batch) {
        timers.pass(1_000);
        return slow.announce(announced);
      },
    };
    let stores = 0;
    const store = async () => void (stores += 1);
    await expect(storeAnnounced(batch, store, { outbox, timers })).rejects.toThrow(Unavailable);
    expect(stores).toBe(0);
  });

  it('counts while the process is stopped, whatever it hears first afterwards', async () => {
    const timers = { ...realTimers, elapsed: () => elapsed };
    let elapsed = 0;
    const store = async () => void (elapsed = 1_001);
    await expect(storeAnnounced(batch, store, { outbox: createIntentOutbox(1_000), timers })).rejects.toThrow(
      Unavailable,
    );
  });

  it('is over for the client, and the batch is announced again once it is stored', async () => {
    const outbox = createIntentOutbox(1_000);
    let finish: () => void = () => {};
    const store = () => new Promise<void>((resolve) => (finish = resolve));
    const stored = storeAnnounced(batch, store, { outbox, timers: new SteppedTimers() });
    await expect(stored).rejects.toThrow(Unavailable);
    expect(outbox.intents).toEqual([key]);
    finish();
    await expect.poll(() => outbox.intents).toEqual([key, key]);
  });

  it('has no limit where nothing is announced', async () => {
    const outbox = { ...createIntentOutbox(1), announce: () => Promise.resolve(undefined) };
    const stored = storeAnnounced(batch, async () => 'stored', { outbox, timers: new SteppedTimers() });
    expect(await stored).toEqual({ result: 'stored', hasIntent: false });
  });
});
