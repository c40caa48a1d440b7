import { eachConcurrently } from '../../client/each-concurrently.ts';
import { cutPieces, type CuttingOptions } from './cut-pieces.ts';
import type { ReadLine } from './read-line.ts';
import type { Log } from './log.ts';
import type { Piece } from './pieces.ts';

export interface ShipLogsOptions {
  readonly cutting: CuttingOptions;
  readonly concurrency: number;
  readonly deliver: (piece: Piece) => Promise<void>;
  readonly onLine: (log: Log) => (read: ReadLine) => void;
  /** Aborted when a piece cannot be delivered: a followed log would not end by itself. */
  readonly stop: AbortController;
}

/**
 * Delivers logs one after the other, several pieces at a time. It reads no more than it can deliver.
 * @throws UnreadableLog, and what `deliver` throws
 */
export async function shipLogs(
  logs: AsyncIterable<Log> | Iterable<Log>,
  { cutting, concurrency, deliver, onLine, stop }: ShipLogsOptions,
): Promise<void> {
  const pieces = (async function* (): AsyncGenerator<Piece> {
    for await (const log of logs) yield* cutPieces(log, cutting, onLine(log));
  })();
  await eachConcurrently(pieces, concurrency, async (piece) => {
    try {
      await deliver(piece);
    } catch (error) {
      stop.abort();
      throw error;
    }
  });
}
