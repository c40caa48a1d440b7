import { Gauge, Registry } from 'prom-client';
import { Unavailable } from '../../lib/errors.ts';
import type { Backlog } from '../../lib/ports/event-stream.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { PassedBarriers } from '../../lib/pipeline/barriers/watch-barriers.ts';

/** A topic that a group of this process consumes. */
export interface ConsumedTopic {
  readonly topic: string;
  readonly group: string;
  readonly backlog: () => Promise<Backlog>;
}

export interface ClusterMetricsOptions {
  readonly barriers: PassedBarriers;
  readonly consumed: readonly ConsumedTopic[];
  /** See `RunningRole`. */
  readonly differingWindows: () => number | undefined;
  readonly clock: Clock;
}

const prefix = 'log_analytics_';

/**
 * Creates a reader of the metrics that only the cluster form has. It leaves out a value that is not known at the
 * moment, because 0 would be a value.
 */
export function createClusterMetrics({
  barriers,
  consumed,
  differingWindows,
  clock,
}: ClusterMetricsOptions): () => Promise<string> {
  const registers = [new Registry()];
  const lag = new Gauge({
    name: `${prefix}topic_lag_records`,
    help: 'Records of a topic that a group has not consumed yet.',
    labelNames: ['topic', 'group'],
    registers,
  });
  const oldest = new Gauge({
    name: `${prefix}topic_oldest_age_seconds`,
    help: 'Age of the oldest record of a topic that a group has not consumed yet; 0 if there is none. For batches, the age of the oldest open intent.',
    labelNames: ['topic', 'group'],
    registers,
  });
  const barrierAge = new Gauge({
    name: `${prefix}barrier_age_seconds`,
    help: 'Age of the newest instant before which everything that was accepted is in its minutes, or also in its hours and days.',
    labelNames: ['through'],
    registers,
  });
  const differing = new Gauge({
    name: `${prefix}read_model_differing_windows`,
    help: 'Windows in which ClickHouse differed from the store when this process last compared all of them; they were announced again.',
    registers,
  });

  return async () => {
    for (const each of [lag, oldest, barrierAge]) each.reset();
    const now = clock.now();
    const ageOf = (instant: Date) => Math.max(0, now.getTime() - instant.getTime()) / 1_000;
    await Promise.all(
      consumed.map(async ({ topic, group, backlog }) => {
        try {
          const { records, oldestPutAt } = await backlog();
          lag.set({ topic, group }, records);
          oldest.set({ topic, group }, oldestPutAt === undefined ? 0 : ageOf(oldestPutAt));
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error; // `/ready` reports Kafka
        }
      }),
    );
    for (const [through, instant] of [
      ['minutes', barriers.minutes()],
      ['roll-ups', barriers.rollUps()],
    ] as const) {
      if (instant !== undefined) barrierAge.set({ through }, ageOf(instant));
    }
    const found = differingWindows();
    if (found === undefined) differing.remove();
    else differing.set(found);
    return registers[0]?.metrics() ?? '';
  };
}
