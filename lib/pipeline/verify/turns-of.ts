import type { BatchHeader } from '../../domain/batch-format.ts';

/** The headers of batches, as far as they are short. */
export type Beginnings<Batch> = ReadonlyMap<Batch, BatchHeader | 'long'>;

/**
 * Batches with no more partials than this are looked at together, so that each of their windows is read once: mostly all
 * that an invocation has. Reading so many windows, or emitting so many partials on a stream of one shard, takes some ten
 * seconds.
 */
const partialsAtOnce = 10_000;

/**
 * Divides batches into turns; the batches of a turn are examined together. A long header is not read before its turn: many would
 * fill the memory.
 */
export function turnsOf<Batch>(beginnings: Beginnings<Batch>): Beginnings<Batch>[] {
  const turns: Map<Batch, BatchHeader | 'long'>[] = [];
  const large: typeof turns = [];
  let room = 0;
  for (const [batch, header] of beginnings) {
    if (header === 'long') {
      large.push(new Map([[batch, header]]));
      continue;
    }
    const turn = header.partials.length <= room ? turns.at(-1) : undefined;
    if (turn === undefined) turns.push(new Map([[batch, header]]));
    else turn.set(batch, header);
    room = (turn === undefined ? partialsAtOnce : room) - header.partials.length;
  }
  return [...turns, ...large];
}
