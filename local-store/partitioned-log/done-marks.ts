import type { Database } from 'lmdb';
import type { DoneMarks } from './partition.ts';

/** Marks of records that some consumers of a stream have done before other, earlier records. */
export type MarksTable = Database<
  true,
  [stream: string, partition: number, sequence: number, consumer: string]
>;

/** Returns the marks of one partition. Writes belong to a commit. */
export function doneMarksIn(table: MarksTable, stream: string, partition: number): DoneMarks {
  return {
    has: (sequence, consumer) => table.doesExist([stream, partition, sequence, consumer]),
    put: (sequence, consumer) => void table.put([stream, partition, sequence, consumer], true),
    remove: (sequence, consumer) => void table.remove([stream, partition, sequence, consumer]),
  };
}
