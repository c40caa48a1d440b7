import type { Consumer } from '@platformatic/kafka';
import { UnreadableFormat } from '../../../lib/errors.ts';
import type { Offsets, TopicOffsets } from '../../../lib/ports/topic-offsets.ts';
import { readRecords } from '../client/read-records.ts';
import type { TopicRecord } from '../consumer/topic-record.ts';
import { decodeDeadLetter, type DeadLetter } from '../queue-sources/messages.ts';

/** A dead letter on its topic. */
export interface PlacedDeadLetter {
  readonly partition: number;
  readonly record: TopicRecord;
  /** The letter, or the error if it cannot be read. */
  readonly letter: DeadLetter | UnreadableFormat;
}

/** The records of the topic that are not done. */
export interface FoundDeadLetters {
  /** Letters that were not given back, by partition. */
  readonly letters: readonly PlacedDeadLetter[];
  /** For each partition, the offset before which everything is done. */
  readonly positions: Offsets;
}

export interface ReadDeadLettersPorts {
  readonly consumer: Consumer;
  readonly offsets: TopicOffsets;
  /** Names in Kafka. */
  readonly topic: string;
  readonly group: string;
}

interface Note {
  readonly partition: number;
  readonly offset: bigint;
  /** The place of the letter that was given back. */
  readonly of: string;
}

/**
 * Reads the topic of dead letters from the positions of its group on. A letter that was given back stays on the topic, with
 * a note behind it; a position passes both once nothing before them is left.
 * @throws Unavailable, Error  Kafka cannot be read now
 */
export async function readDeadLetters(ports: ReadDeadLettersPorts): Promise<FoundDeadLetters> {
  const { consumer, offsets, topic, group } = ports;
  const [starts, committed, ends] = await Promise.all([
    offsets.starts(topic),
    offsets.committed(group, topic),
    offsets.ends(topic),
  ]);
  const letters: PlacedDeadLetter[] = [];
  const notes: Note[] = [];
  for (const [partition, to] of ends) {
    const start = starts.get(partition) ?? 0n;
    const position = committed.get(partition) ?? start;
    const from = position > start ? position : start;
    for await (const record of readRecords(consumer, { topic, partition, from, to })) {
      const read = decode(record.value);
      if (!(read instanceof UnreadableFormat) && 'givenBack' in read) {
        const { givenBack } = read;
        const of = placeOf(givenBack.partition, BigInt(givenBack.offset));
        notes.push({ partition, offset: record.offset, of });
      } else {
        letters.push({ partition, record, letter: read });
      }
    }
  }
  const givenBack = new Set(notes.map(({ of }) => of));
  const left = letters.filter(({ partition, record }) => !givenBack.has(placeOf(partition, record.offset)));
  return { letters: left, positions: positionsBefore(left, notes, ends) };
}

/** Returns the name of a record's place, by which people identify its letter. */
export function placeOf(partition: number, offset: bigint): string {
  return `${partition}-${offset}`;
}

/**
 * Returns the furthest possible positions. A note is needed until the position of its letter's partition has passed the
 * letter; that may be another partition if some were added.
 */
function positionsBefore(left: readonly PlacedDeadLetter[], notes: readonly Note[], ends: Offsets): Offsets {
  const positions = new Map(ends);
  const stopAt = (partition: number, offset: bigint) => {
    const position = positions.get(partition);
    if (position !== undefined && offset < position) positions.set(partition, offset);
  };
  for (const { partition, record } of left) stopAt(partition, record.offset);
  for (let before = ''; before !== JSON.stringify([...positions].map(String));) {
    before = JSON.stringify([...positions].map(String));
    for (const note of notes) {
      const [partition = '', offset = ''] = note.of.split('-');
      if (BigInt(offset) >= (positions.get(Number(partition)) ?? 0n)) stopAt(note.partition, note.offset);
    }
  }
  return positions;
}

function decode(value: Buffer): ReturnType<typeof decodeDeadLetter> | UnreadableFormat {
  try {
    return decodeDeadLetter(value);
  } catch (error) {
    if (error instanceof UnreadableFormat) return error;
    throw error;
  }
}
