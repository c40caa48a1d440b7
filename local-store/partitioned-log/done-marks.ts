import type { Database } from 'lmdb';
import type { DoneMarks } from './partition.ts';

/** Records of streams with several consumers that some of these have done before others that come earlier. */
export type MarksTable = Database<
  true,
  [stream: string, partition: number, sequence: number, consumer: string]
>;

/** The marks of one partition. Writes belong to a commit. */
export function doneMarksIn(table: MarksTable, stream: string, partition: number): DoneMarks {
  return {
    has: (sequence, consumer) => table.doesExist([stream, partition, sequence, consumer]),
    put: (sequence, consumer) => void table.put([stream, partition, sequence, consumer], true),
    remove: (sequence, consumer) => void table.remove([stream, partition, sequence, consumer]),
  };
}
