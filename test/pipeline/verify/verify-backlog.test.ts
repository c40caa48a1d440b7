import { beforeEach, describe, expect, it } from 'vitest';
import pMap from 'p-map';
import type { StoredNotification } from '../../../lib/pipeline/verify/verdict.ts';
import { sentEntry, simpleRules } from '../../factories.ts';
import { openLocalPipeline, type LocalPipeline } from '../local-pipeline.ts';

/** Number of messages that the queue delivers in one invocation. */
const notificationsAtOnce = 1_000;
/** Thousands of durable writes: a test that hangs takes longer, on any machine. */
const timeout = 180_000;

let pipeline: LocalPipeline;
let notifications: readonly StoredNotification[];

beforeEach(async () => {
  pipeline = await openLocalPipeline();
});

/** Sends batches with an entry in one of four live minutes, and one of the day before. */
async function sendSome(batches: number): Promise<void> {
  notifications = await pMap(
    Array.from({ length: batches }, (_, n) => n),
    async (n) => {
      const live = sentEntry({ receivedAt: `2025-12-28T18:0${n % 4}:07Z` });
      const late = sentEntry({ receivedAt: '2025-12-27T12:00:00Z' });
      return pipeline.send(`batch-${n}`, [live, late], simpleRules);
    },
    { concurrency: 64 },
  );
}

/** Looks at all notifications once, and counts them by verdict. */
async function lookAtAll(receiveCount: number): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  const received = (notification: StoredNotification): StoredNotification => ({
    ...notification,
    receiveCount,
  });
  for (let first = 0; first < notifications.length; first += notificationsAtOnce) {
    const some = notifications.slice(first, first + notificationsAtOnce);
    for (const { kind } of await pipeline.verify(some.map(received))) found[kind] = (found[kind] ?? 0) + 1;
  }
  return found;
}

const waiting = async () => [await pipeline.waiting('insights'), await pipeline.waiting('late')];
const requests = async () => (await pipeline.windows()).reduce((sum, window) => sum + window.requests, 0);

describe('verify behind a consumer that stands still', () => {
  it('emits nothing, however often it looks, until the stream is consumed', { timeout }, async () => {
    const batches = notificationsAtOnce + 100; // two invocations
    await sendSome(batches);
    for (const receiveCount of [1, 20]) {
      pipeline.pass(120);
      expect(await lookAtAll(receiveCount)).toEqual({ waiting: batches });
      expect(await waiting()).toEqual([batches, batches]);
    }

    await pipeline.count('insights');
    pipeline.pass(120);
    expect(await lookAtAll(21)).toEqual({ waiting: batches }); // for late entries
    expect(await waiting()).toEqual([0, batches]);

    await pipeline.count('late');
    expect(await lookAtAll(22)).toEqual({ counted: batches });
    expect(await waiting()).toEqual([0, 0]);
    expect(await requests()).toBe(2 * batches);
  });

  it('emits, once it is past them, what was lost and nothing else', { timeout }, async () => {
    const [batches, lost] = [400, 100];
    await sendSome(batches);
    await pipeline.count('insights', batches - lost);
    await pipeline.count('late');
    pipeline.pass(120);
    expect(await lookAtAll(1)).toEqual({ counted: batches - lost, waiting: lost });

    expect(await pipeline.lose('insights')).toBe(lost);
    expect(await lookAtAll(2)).toEqual({ counted: batches - lost, emitted: lost });
    expect(await waiting()).toEqual([lost, 0]);
    pipeline.pass(120);
    expect(await lookAtAll(3)).toEqual({ counted: batches - lost, waiting: lost });
    expect(await waiting()).toEqual([lost, 0]);

    await pipeline.count('insights');
    expect(await lookAtAll(4)).toEqual({ counted: batches });
    expect(await requests()).toBe(2 * batches);
  });
});
