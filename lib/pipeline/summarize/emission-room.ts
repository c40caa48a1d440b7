import { streamOf, type StreamName } from '../../domain/stream-name.ts';
import type { EncodedPartial } from '../../domain/summarise.ts';
import type { EventStream } from '../../ports/event-stream.ts';
import type { Timers } from '../../ports/timers.ts';

export interface EmissionRoomOptions {
  readonly streams: Readonly<Record<StreamName, Pick<EventStream, 'backlog'>>>;
  readonly timers: Pick<Timers, 'elapsed'>;
  /** Number of records from which a stream takes no more for now. */
  readonly maxBacklogRecords: number;
}

/** Reports whether the streams take partials now. */
export interface EmissionRoom {
  /** @throws Unavailable  the backlog of a stream cannot be read now */
  isFor(partials: readonly Pick<EncodedPartial, 'isLate' | 'isFuture'>[]): Promise<boolean>;
}

/** Time for which a backlog is used once it is read. */
const freshMilliseconds = 250;

/** Creates the back-pressure of the summarizer: it pauses while too much waits to be aggregated. */
export function createEmissionRoom(options: EmissionRoomOptions): EmissionRoom {
  const { streams, timers, maxBacklogRecords } = options;
  const known = new Map<StreamName, { readonly at: number; readonly hasRoom: Promise<boolean> }>();

  const hasRoomOn = (name: StreamName): Promise<boolean> => {
    const now = timers.elapsed();
    const last = known.get(name);
    if (last !== undefined && now - last.at < freshMilliseconds) return last.hasRoom;
    const hasRoom = streams[name].backlog().then((backlog) => (backlog?.records ?? 0) < maxBacklogRecords);
    known.set(name, { at: now, hasRoom });
    hasRoom.catch(() => known.delete(name)); // the caller gets the error, and the next one asks again
    return hasRoom;
  };

  return {
    async isFor(partials) {
      const names = new Set(partials.map(streamOf));
      const rooms = await Promise.all([...names].map(hasRoomOn));
      return rooms.every((hasRoom) => hasRoom);
    },
  };
}
