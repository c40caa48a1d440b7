import type { BatchAnswer, Entry } from '../../../client/contract.ts';
import type { Batch, Pipeline, SendOutcome } from '../../../client/open-pipeline.ts';

/** The simulated crash of a run. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A pipeline in memory that keeps the contract, and can crash before or after it stores any batch. */
export class InMemoryPipeline implements Pick<Pipeline, 'send' | 'findBatch'> {
  readonly #batches = new Map<string, string>();
  readonly counted: Entry[] = [];
  requests = 0;
  /** Called for each batch. After `before` the batch is not stored, because the sender dies before it sends it. */
  dies: (batch: Batch) => 'before' | 'after' | undefined = () => undefined;

  async send(batch: Batch): Promise<SendOutcome> {
    this.requests += 1;
    const death = this.dies(batch);
    if (death === 'before') throw new Killed();
    // Let others run, as a network would.
    await Promise.resolve();
    const payload = JSON.stringify(batch.entries);
    const stored = this.#batches.get(batch.idempotencyKey);
    if (stored === undefined) {
      this.#batches.set(batch.idempotencyKey, payload);
      this.counted.push(...batch.entries);
    }
    if (death === 'after') throw new Killed();
    if (stored === undefined) return 'accepted';
    return stored === payload ? 'duplicate' : 'other-entries';
  }

  async findBatch(batchId: string): Promise<BatchAnswer | undefined> {
    const stored = this.#batches.get(batchId);
    if (stored === undefined) return undefined;
    const entries = (JSON.parse(stored) as unknown[]).length;
    return { batchId, entries, windows: 1, storedAt: '2025-12-28T18:03:07.000Z', counted: true };
  }
}
