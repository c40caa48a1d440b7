import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { minuteKey } from '../../../lib/domain/keys.ts';
import { PreconditionFailed } from '../../../lib/errors.ts';
import { realFileOperations } from '../../../local-store/object-directory/file-operations.ts';
import { openLocalStore, type LocalStore } from '../../../local-store/open-local-store.ts';
import { customer, windowStart } from '../../factories.ts';
import { recordedLogger } from '../played-source.ts';
import { everything, SetClock, startedAt } from '../queues/queue-fixture.ts';
import { temporaryDirectory } from '../temporary-log.ts';

const rule = {
  configurationId: 'minutes',
  bucketName: 'logs',
  prefix: 'aggregates/minute/',
  suffix: '',
  queueName: 'roll-up',
};
const streams = {
  insights: { partitionCount: 1, consumers: [{ name: 'aggregate', startingPosition: 'TRIM_HORIZON' }] },
  late: { partitionCount: 1, consumers: [{ name: 'aggregateLate', startingPosition: 'TRIM_HORIZON' }] },
} as const;
const queue = { delaySeconds: 0, visibilityTimeoutSeconds: 20 };
const queues = [
  { ...queue, name: 'roll-up', deadLetters: { queueName: 'failed-roll-ups', maxReceiveCount: 1 } },
  { ...queue, name: 'failed-roll-ups', deadLetters: undefined },
];

const hour = { from: windowStart('2025-12-28T18:00:00Z'), to: windowStart('2025-12-28T19:00:00Z') };
const next = { from: hour.to, to: windowStart('2025-12-28T20:00:00Z') };

let directory: string;
let clock: SetClock;
let store: LocalStore;

async function open(): Promise<void> {
  const { logger } = recordedLogger();
  store = await openLocalStore(directory, {
    operations: realFileOperations,
    clock,
    logger,
    region: 'us-east-1',
    streams,
    queues,
    notifications: [rule],
  });
  const opened = store;
  onTestFinished(() => opened.close());
}

beforeEach(async () => {
  directory = await temporaryDirectory();
  clock = new SetClock();
  await open();
});

const put = (customerId = customer(), body = '{}') =>
  store.objects.put(minuteKey(customerId, windowStart()), Buffer.from(body), { ifNoneMatch: '*' });

async function waiting(customerId: CustomerId = customer()) {
  const outstanding = await store.rollUps.of(customerId, clock.now());
  return {
    through: outstanding.through,
    entries: outstanding.entries,
    hour: outstanding.waitsWithin(hour),
    next: outstanding.waitsWithin(next),
  };
}

const nothing = () => ({ through: clock.now(), entries: 0, hour: false, next: false });

async function rollUp(): Promise<void> {
  const rollUps = store.queue('roll-up');
  await rollUps.delete(await rollUps.receive(everything));
}

describe('minutes that wait to be rolled up', () => {
  it('wait from before they are written until their message is deleted, for their own customer', async () => {
    expect(await waiting()).toEqual(nothing());
    const written = put();
    await expect.poll(async () => (await waiting()).hour).toBe(true);
    await written;
    clock.advance(60);
    expect(await waiting()).toEqual({ through: startedAt, entries: undefined, hour: true, next: false });
    expect(await waiting(customer('cus-other'))).toEqual(nothing());
    const [message] = await store.queue('roll-up').receive(everything);
    expect(await waiting()).toMatchObject({ hour: true });
    if (message !== undefined) await store.queue('roll-up').delete([message]);
    expect(await waiting()).toEqual(nothing());
  });

  it('do not wait where nothing was written', async () => {
    await put();
    await rollUp();
    await expect(put()).rejects.toThrow(PreconditionFailed);
    await expect.poll(waiting).toEqual(nothing());
  });

  it('may lack what was accepted before their write and waited on a stream then', async () => {
    const record = { partitionKey: `cus-axon/${windowStart()}`, data: Buffer.from('x') };
    await store.stream('late').put([record]);
    clock.advance(7);
    await put();
    expect(await waiting()).toMatchObject({ through: startedAt });
    const late = store.stream('late');
    late.take('aggregateLate', 0, { maxRecords: 1, maxBytes: 1_024, maxWindows: 1 });
    await late.finish('aggregateLate', 0, [1]);
    clock.advance(7);
    expect(await waiting()).toMatchObject({ through: startedAt, hour: true });
  });

  it('wait also where their customer cannot be read from the key', async () => {
    const longest = customer('A'.repeat(128));
    clock.advance(1);
    await put(longest);
    clock.advance(1);
    expect(await waiting(longest)).toMatchObject({
      through: new Date(startedAt.getTime() + 1_000),
      hour: true,
    });
    expect(await waiting(customer('B'.repeat(128)))).toEqual(nothing());
  });

  it('still wait after a restart, and since when is not known', async () => {
    await put();
    await store.close();
    clock.advance(5);
    await open();
    expect(await waiting()).toEqual({ through: undefined, entries: undefined, hour: true, next: false });
    await rollUp();
    expect(await waiting()).toEqual(nothing());
  });

  it('still wait as dead letters, until these are redriven and done', async () => {
    await put();
    const [rollUps, deadLetters] = [store.queue('roll-up'), store.queue('failed-roll-ups')];
    await rollUps.receive(everything);
    clock.advance(20);
    await rollUps.receive(everything);
    expect([...deadLetters.list()]).toHaveLength(1);
    expect(await waiting()).toMatchObject({ hour: true });
    await store.close();
    await open();
    expect(await waiting()).toMatchObject({ hour: true });
    await store.queue('failed-roll-ups').redrive([...store.queue('failed-roll-ups').list()]);
    expect(await waiting()).toMatchObject({ hour: true });
    await rollUp();
    expect(await waiting()).toEqual(nothing());
  });

  it('tell since when the oldest of them waits', async () => {
    expect(await store.rollUps.oldestWrittenAt()).toBeUndefined();
    await put();
    clock.advance(5);
    expect(await store.rollUps.oldestWrittenAt()).toEqual(startedAt);
  });
});
