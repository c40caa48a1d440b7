import {
  advanceBarriers,
  noBarriers,
  rememberEnds,
  type Barriers,
  type Hop,
  type OffsetLook,
} from '../../domain/barrier.ts';
import { Unavailable } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Timers } from '../../ports/timers.ts';
import type { Offsets, TopicOffsets } from '../../ports/topic-offsets.ts';

export interface BarrierPorts {
  readonly offsets: TopicOffsets;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Pick<Logger, 'warn'>;
}

export interface BarrierWatchOptions {
  /** The hops of a batch: to the streams, to its minutes, to its hours and days, and perhaps to a read model. */
  readonly hops: readonly [Hop, Hop, Hop, ...Hop[]];
  readonly lookEveryMilliseconds: number;
  /** See `BarrierOptions`. */
  readonly maxGapMilliseconds: number;
  /** Maximum time by which the clock of this process may be ahead of that of another one. */
  readonly clockDifferenceMilliseconds: number;
}

/** The instants that the newest barriers have proved. */
export interface PassedBarriers {
  /** Everything answered before this instant is in its minutes; `undefined` if that is not known now. */
  minutes(): Date | undefined;
  /** Everything answered before this instant is in its hours and days; `undefined` if that is not known now. */
  rollUps(): Date | undefined;
}

export interface BarrierWatch extends PassedBarriers {
  /** Looks at the offsets once. */
  look(): Promise<void>;
  /** Looks again and again until the signal ends it. */
  run(signal: AbortSignal): Promise<void>;
}

const minutesHop = 1;
const rollUpsHop = 2;
/** A model has minutes, hours and days alike. */
const readModelHop = 3;

/**
 * Creates a watch of how far the topics are consumed. It asks for the commits before the ends, so that what a group has
 * moved on is behind an end by then.
 */
export function createBarrierWatch(ports: BarrierPorts, options: BarrierWatchOptions): BarrierWatch {
  const { offsets, clock, timers, logger } = ports;
  const { hops, lookEveryMilliseconds, clockDifferenceMilliseconds } = options;
  const lanes = hops.flat();
  const hasReadModel = hops.length > readModelHop;
  let barriers: Barriers = noBarriers;

  const ofEach = async (read: (lane: (typeof lanes)[number]) => Promise<Offsets>) =>
    new Map(await Promise.all(lanes.map(async (lane) => [lane.topic, await read(lane)] as const)));

  const readEnds = async (topic: string) => {
    const ends = await offsets.ends(topic);
    barriers = rememberEnds(barriers, topic, ends);
    return ends;
  };

  const look = async () => {
    const at = clock.now();
    const committed = await ofEach(({ group, topic }) => offsets.committed(group, topic));
    const starts = await ofEach(({ topic }) => offsets.starts(topic));
    const ends = await ofEach(({ topic }) => readEnds(topic));
    const found: OffsetLook = { at, committed, starts, ends, endedAt: clock.now() };
    barriers = advanceBarriers(barriers, found, options);
  };

  const passed = (hop: number): Date | undefined => {
    const begunAt = barriers.passed[hop];
    // A barrier in the future was begun before the clock was set back.
    if (begunAt === undefined || begunAt > clock.now()) return undefined;
    return new Date(begunAt.getTime() - clockDifferenceMilliseconds);
  };

  return {
    minutes: () => passed(hasReadModel ? readModelHop : minutesHop),
    rollUps: () => passed(hasReadModel ? readModelHop : rollUpsHop),
    look,
    async run(signal) {
      let wasReached = true;
      while (!signal.aborted) {
        try {
          await look();
          wasReached = true;
        } catch (error) {
          if (!(error instanceof Unavailable)) throw error;
          if (wasReached) logger.warn('The offsets of the topics cannot be read now', { error });
          wasReached = false;
        }
        await timers.sleep(lookEveryMilliseconds, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
      }
    },
  };
}
