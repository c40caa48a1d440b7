import type { Operations } from '../faults.ts';
import type { Process, Scheduler } from '../scheduler.ts';
import { Unavailable } from '../../../lib/errors.ts';
import type { TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import type { SimulatedTopic, TopicPartition } from './topic.ts';

export interface OffsetSurroundings {
  readonly scheduler: Scheduler;
  readonly operations: Operations;
  readonly topics: ReadonlyMap<string, SimulatedTopic>;
  /** Rate at which a deposed leader answers, with a smaller end offset than one that was answered before. */
  readonly deposed: () => number;
}

/** Reads the offsets for one process. */
export function offsetsThrough(process: Process, around: OffsetSurroundings): TopicOffsets {
  const { scheduler, operations, topics, deposed } = around;
  const given = new Map<string, bigint>();
  const read = (what: string, topic: string, offsetOf: (partition: TopicPartition) => number | undefined) =>
    new Promise<Map<number, bigint>>((resolve, reject) => {
      // Never slow: a look that takes long proves nothing, and most looks would take long.
      scheduler.offer(`${process.name}: ${what} of ${topic}`, () => {
        if (!process.isAlive) return;
        if (scheduler.chance.happens(operations.rates.refused))
          return reject(new Unavailable(`refused: ${what}`));
        const offsets = new Map<number, bigint>();
        for (const partition of topics.get(topic)?.partitions ?? []) {
          const offset = offsetOf(partition);
          if (offset !== undefined) offsets.set(partition.number, BigInt(offset));
        }
        resolve(offsets);
      });
    });
  return {
    starts: (topic) => read('starts', topic, ({ start }) => start),
    committed: (group, topic) => read('commits', topic, ({ committed }) => committed.get(group)),
    async ends(topic) {
      const ends = await read('ends', topic, ({ records }) => records.length);
      for (const [partition, end] of ends) {
        const place = `${topic} ${partition}`;
        const before = given.get(place);
        if (before !== undefined && before > 0n && scheduler.chance.happens(deposed()))
          ends.set(partition, before - 1n);
        else given.set(place, end);
      }
      return ends;
    },
  };
}
