import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient } from '../../../client/http-client.ts';
import type { Ledger, SentBatch } from './ledger.ts';
import { isStored, readMinutes, type ReadRange } from './read-counts.ts';

export interface Comparison {
  readonly isExact: boolean;
  /** The first cells that differ, for a message. */
  readonly differences: readonly string[];
  readonly batches: number;
  /** Batches whose clients got no answer, and how many of them were stored all the same. */
  readonly unknown: number;
  readonly stored: number;
}

/** Waits for a limited time until the counts match what the clients know, and compares them. */
export async function compareCounts(
  ledger: Ledger,
  url: URL,
  range: ReadRange,
  maxSeconds: number,
): Promise<Comparison> {
  const client = createHttpClient(url, 8);
  const endsAt = Date.now() + maxSeconds * 1_000;
  try {
    for (;;) {
      const stored = new Set<SentBatch>();
      for (const batch of ledger.unknown)
        if (await isStored(client, batch.customerId, batch.key)) stored.add(batch);
      const found = new Map<string, number>();
      for (const customerId of ledger.customers) {
        const counts = await readMinutes(client, customerId, range);
        for (const [cell, count] of counts?.cells ?? []) found.set(`${customerId} ${cell}`, count);
      }
      const expected = ledger.expected(stored);
      const cells = new Set([...expected.keys(), ...found.keys()]);
      const differences = [...cells]
        .filter((cell) => expected.get(cell) !== found.get(cell))
        .map((cell) => `${cell}: ${found.get(cell) ?? 0}, expected ${expected.get(cell) ?? 0}`);
      const isExact = differences.length === 0;
      if (isExact || Date.now() > endsAt) {
        return {
          isExact,
          differences: differences.slice(0, 5),
          batches: ledger.batches.length,
          unknown: ledger.unknown.length,
          stored: stored.size,
        };
      }
      await sleep(1_000);
    }
  } finally {
    client.close();
  }
}
