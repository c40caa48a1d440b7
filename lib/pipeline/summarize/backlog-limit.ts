import { streamOf, type StreamName } from '../../domain/stream-name.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import type { EventStream } from '../../ports/event-stream.ts';
import type { Timers } from '../../ports/timers.ts';

export interface BacklogLimitOptions {
  readonly streams: Readonly<Record<StreamName, Pick<EventStream, 'backlog'>>>;
  readonly timers: Pick<Timers, 'elapsed'>;
  /** Number of records from which a stream takes no more for now. */
  readonly maxBacklogRecords: number;
}

/** The back-pressure of the summarizer: it pauses while too much waits to be aggregated. */
export interface BacklogLimit {
  /**
   * Reports whether the streams of these partials take more now.
   * @throws Unavailable  the backlog of a stream cannot be read now
   */
  allows(partials: readonly Pick<EncodedPartial, 'isLate' | 'isFuture'>[]): Promise<boolean>;
}

/** Time for which a backlog is used once it is read. */
const freshMilliseconds = 250;

/** Creates the limit on what waits on each stream. */
export function createBacklogLimit(options: BacklogLimitOptions): BacklogLimit {
  const { streams, timers, maxBacklogRecords } = options;
  const known = new Map<StreamName, { readonly at: number; readonly isBelow: Promise<boolean> }>();

  const isBelowLimit = (name: StreamName): Promise<boolean> => {
    const now = timers.elapsed();
    const last = known.get(name);
    if (last !== undefined && now - last.at < freshMilliseconds) return last.isBelow;
    const isBelow = streams[name].backlog().then((backlog) => (backlog?.records ?? 0) < maxBacklogRecords);
    known.set(name, { at: now, isBelow });
    isBelow.catch(() => known.delete(name)); // the caller gets the error, and the next one asks again
    return isBelow;
  };

  return {
    async allows(partials) {
      const names = new Set(partials.map(streamOf));
      const below = await Promise.all([...names].map(isBelowLimit));
      return below.every((isBelow) => isBelow);
    },
  };
}
