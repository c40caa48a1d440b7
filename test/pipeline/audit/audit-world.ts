import { expect } from 'vitest';
import { createInMemoryEventStream } from '../../../lib/adapters/in-memory-event-stream.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { decodeBatch } from '../../../lib/domain/batch-format.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import type { CountingRules } from '../../../lib/domain/counting-rules.ts';
import { batchKey, minuteKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import type { WindowAggregate } from '../../../lib/domain/window-aggregate.ts';
import { decodeWindow } from '../../../lib/domain/window-format.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { audit } from '../../../lib/pipeline/audit/audit.ts';
import type { AuditReporter } from '../../../lib/pipeline/audit/audit-ports.ts';
import type { Finding } from '../../../lib/pipeline/audit/findings.ts';
import {
  batchIdOf,
  customer,
  instant,
  receivedRecord,
  simpleRules,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';
import { inMemorySpool, noneDiffering } from './in-memory-spool.ts';
import { ingestEntry } from '../ingest-entry.ts';

const startedAt = instant('2025-12-28T18:10:00Z');

/** The minute of all entries in these tests. */
export const auditedKey = minuteKey(customer(), windowStart());

export const firstBatchKey = batchKey(customer(), batchIdOf('first'));

export const never = (_storedAt: Date): boolean => false;
export const keptForever = (): boolean => false;
const always = (_storedSince: Date | undefined): boolean => true;

/** A store in which others act at a moment of the work. */
class HookedStore extends InMemoryObjectStore {
  readonly before = new Map<string, () => Promise<unknown>>();

  override async *list(...args: Parameters<InMemoryObjectStore['list']>): AsyncGenerator<ObjectKey> {
    await this.#happen(`list ${args[0]}`);
    yield* super.list(...args);
  }

  override async put(...args: Parameters<InMemoryObjectStore['put']>) {
    await this.#happen(`put ${args[0]}`);
    return super.put(...args);
  }

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    await this.#happen(`get ${args[0]}`);
    return super.get(...args);
  }

  async #happen(moment: string): Promise<void> {
    const hook = this.before.get(moment);
    this.before.delete(moment);
    await hook?.();
  }
}

/** A pipeline in memory whose data is audited. Call `reset` before each test. */
export class AuditWorld {
  store = new HookedStore();
  now = startedAt;
  readonly clock = { now: () => this.now };

  reset(): void {
    this.store = new HookedStore();
    this.now = startedAt;
  }

  /** Stores a batch, and returns a function that counts it. */
  async storeBatch(
    key: string,
    {
      of = customer(),
      rules = simpleRules,
      ...entry
    }: { of?: CustomerId; rules?: CountingRules; receivedAt?: string } = {},
  ): Promise<() => Promise<void>> {
    const { store, clock } = this;
    const stream = createInMemoryEventStream({ clock });
    await ingestEntry(key, { store, stream, clock }, { customerId: of, rules, ...entry });
    const records = stream.drain().map(({ data }) => receivedRecord(key, data));
    return async () => void (await aggregate(records, { store, clock }, limits));
  }

  /** Changes the stored batch `first`. */
  async editBatch(edit: (batch: ReturnType<typeof decodeBatch>) => Buffer): Promise<void> {
    const object = await this.store.get(firstBatchKey);
    if (object === undefined) throw new Error('There is no batch.');
    await this.store.put(firstBatchKey, edit(decodeBatch(object.body)), { ifMatch: object.etag });
  }

  async storeAndCount(key: string): Promise<void> {
    const count = await this.storeBatch(key);
    await count();
  }

  /** Counts a partial that belongs to no batch. */
  async forge(): Promise<void> {
    const { store, clock, now } = this;
    const partial = windowPartial({ id: 'forged', counts: { requestsByPath: { 'GET /forged': 500_000 } } });
    await aggregate([receivedRecord('forged', { ...partial, storedAt: now })], { store, clock }, limits);
  }

  async edit(key: ObjectKey, change: (text: string) => string): Promise<void> {
    const object = (await this.store.get(key)) ?? expect.fail('there is no such object');
    await this.store.put(key, Buffer.from(change(object.body.toString('latin1')), 'latin1'), {
      ifMatch: object.etag,
    });
  }

  async readWindow(): Promise<WindowAggregate> {
    const object = (await this.store.get(auditedKey)) ?? expect.fail('there is no window');
    return decodeWindow(object.body);
  }

  async findings({
    isPending = never,
    spool = inMemorySpool(),
    canHaveExpired = always,
    rules = simpleRules,
  } = {}) {
    const found: Finding[] = [];
    const reporter: AuditReporter = {
      found: (finding) => found.push(finding),
      begin: () => {},
      done: () => {},
    };
    const options = { customerId: undefined, rules, isPending, canHaveExpired };
    const differing = noneDiffering().minute;
    const audited = await audit({ store: this.store, spool, differing }, options, reporter);
    return { found, differing, ...audited };
  }
}
