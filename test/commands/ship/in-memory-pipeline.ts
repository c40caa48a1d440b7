import type {
  Batch,
  Pipeline,
  SendOutcome,
  SentEntry,
} from '../../../commands/pipeline-client/open-pipeline.ts';

/** What a run died of. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** Takes batches as the pipeline's contract has it, and can die before or after any of them is stored. */
export class InMemoryPipeline implements Pick<Pipeline, 'send' | 'entriesOf'> {
  readonly #batches = new Map<string, string>();
  readonly counted: SentEntry[] = [];
  requests = 0;
  /** Called at each batch; what it answers `true` to is not stored, as the sender dies before it could be sent. */
  dies: (batch: Batch) => 'before' | 'after' | undefined = () => undefined;

  async send(batch: Batch): Promise<SendOutcome> {
    this.requests += 1;
    const death = this.dies(batch);
    if (death === 'before') throw new Killed();
    // As over a network: others get their turn.
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

  entriesOf(idempotencyKey: string): Promise<number | undefined> {
    const stored = this.#batches.get(idempotencyKey);
    return Promise.resolve(stored === undefined ? undefined : (JSON.parse(stored) as unknown[]).length);
  }
}
