import { expect, it } from 'vitest';
import { Unavailable } from '../../lib/errors.ts';
import { createClusterMetrics } from '../../self-hosted/admin/cluster-metrics.ts';
import { instant } from '../factories.ts';

const now = instant('2025-12-28T18:04:00Z');

it('leaves out what is not known, rather than say 0', async () => {
  let isKnown = false;
  const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
  const read = createClusterMetrics({
    barriers: {
      minutes: () => (isKnown ? before(2) : undefined),
      rollUps: () => (isKnown ? before(3) : undefined),
    },
    consumed: [
      {
        topic: 'batches',
        group: 'summarizer',
        backlog: async () => {
          if (!isKnown) throw new Unavailable('no broker');
          return { records: 7, oldestPutAt: before(1) };
        },
      },
    ],
    differingWindows: () => (isKnown ? 0 : undefined),
    clock: { now: () => now },
  });
  const values = async () => (await read()).split('\n').filter((line) => line.startsWith('log_'));
  expect(await values()).toEqual([]);
  isKnown = true;
  expect(await values()).toEqual([
    'log_analytics_topic_lag_records{topic="batches",group="summarizer"} 7',
    'log_analytics_topic_oldest_age_seconds{topic="batches",group="summarizer"} 1',
    'log_analytics_barrier_age_seconds{through="minutes"} 2',
    'log_analytics_barrier_age_seconds{through="roll-ups"} 3',
    'log_analytics_read_model_differing_windows 0',
  ]);
  isKnown = false;
  expect(await values()).toEqual([]);
});
