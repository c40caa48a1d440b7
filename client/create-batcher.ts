import { randomUUID } from 'node:crypto';
import type { Entry } from './contract.ts';
import type { Batch, Pipeline } from './open-pipeline.ts';

export interface BatcherOptions {
  /** Maximum number of entries of a batch; 1,000 by default. */
  readonly maxEntries?: number;
  /**
   * Maximum size of a batch in bytes, as lines of JSON; 1 MiB by default. The pipeline takes 16 MiB unless it was set up
   * otherwise.
   */
  readonly maxBytes?: number;
  /** The longest time that an entry waits for others; 2 seconds by default. */
  readonly flushAfterSeconds?: number;
  /**
   * Maximum number of entries that wait while the pipeline cannot be reached; 100,000 by default. Beyond it `add` refuses
   * more.
   */
  readonly maxWaitingEntries?: number;
  /**
   * Called with a batch that the pipeline refused, or did not answer in the time for retries. It may have been stored:
   * sending it again with the same key is safe.
   */
  readonly onFailure: (error: Error, batch: Batch) => void;
}

/** Gathers single entries, such as the requests of a web server, and sends them as batches in the background. */
export interface Batcher {
  /**
   * Takes an entry, to be sent soon.
   * @returns false where too many entries wait already; this one was not taken
   */
  add(entry: Readonly<Entry>): boolean;
  /** Sends the waiting entries at once, and resolves when each is answered or was handed to `onFailure`. */
  flush(): Promise<void>;
}

/**
 * Creates a batcher. Each batch gets a random idempotency key, which all of its repetitions share, so that a repeated batch
 * is counted once. Waiting entries are only in memory: await `flush()` before the process ends.
 */
export function createBatcher(pipeline: Pick<Pipeline, 'send'>, options: BatcherOptions): Batcher {
  const { maxEntries = 1_000, maxBytes = 1_048_576, flushAfterSeconds = 2, onFailure } = options;
  const { maxWaitingEntries = 100_000 } = options;
  const sending = new Set<Promise<void>>();
  let gathered: Readonly<Entry>[] = [];
  let bytes = 0;
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;

  const send = async (batch: Batch): Promise<void> => {
    try {
      await pipeline.send(batch);
    } catch (error) {
      onFailure(error instanceof Error ? error : new Error(String(error)), batch);
    } finally {
      waiting -= batch.entries.length;
    }
  };
  const sendGathered = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.length === 0) return;
    const sent = send({ idempotencyKey: randomUUID(), entries: gathered });
    [gathered, bytes] = [[], 0];
    sending.add(sent);
    // It can fail only if `onFailure` throws; the caller that awaits `flush` gets that error, or else the process does.
    void sent.finally(() => sending.delete(sent));
  };

  return {
    add(entry) {
      if (waiting >= maxWaitingEntries) return false;
      const entryBytes = Buffer.byteLength(JSON.stringify(entry)) + 1;
      if (bytes + entryBytes > maxBytes) sendGathered();
      gathered.push(entry);
      bytes += entryBytes;
      waiting += 1;
      if (gathered.length >= maxEntries) sendGathered();
      else timer ??= setTimeout(sendGathered, flushAfterSeconds * 1_000);
      return true;
    },
    async flush() {
      sendGathered();
      await Promise.all(sending);
    },
  };
}
