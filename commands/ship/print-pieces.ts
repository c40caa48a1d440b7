import { once } from 'node:events';
import type { Output } from '../io.ts';
import type { Piece } from './pieces.ts';

/**
 * Writes the entries of pieces as `ship` would send them, a line of JSON each.
 * @param stop  aborted when the reader is gone, as with `| head`
 */
export function printPieces(output: Output, stop: AbortController): (piece: Piece) => Promise<void> {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stop.abort();
  });
  return async ({ entries }) => {
    if (stop.signal.aborted || entries.length === 0) return;
    const text = entries.map(({ entry }) => `${JSON.stringify(entry)}\n`).join('');
    if (output.write(text)) return;
    try {
      await once(output, 'drain', { signal: stop.signal });
    } catch (error) {
      // The reader is gone, or the command was interrupted.
      if (!stop.signal.aborted) throw error;
    }
  };
}
