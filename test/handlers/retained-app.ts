import { batchHandler } from '../../handlers/batch.ts';
import { expireHandler } from '../../handlers/expire.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { queryHandler } from '../../handlers/query.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { pathsHandler } from '../../handlers/paths.ts';
import { totalHandler } from '../../handlers/total.ts';
import { verifyHandler } from '../../handlers/verify.ts';
import { createApp, type App } from '../../handlers/wiring.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { auditRollUps } from '../../lib/pipeline/audit/audit-roll-ups.ts';
import { audit } from '../../lib/pipeline/audit/audit.ts';
import type { Finding } from '../../lib/pipeline/audit/findings.ts';
import { repair, type RepairOutcome } from '../../lib/pipeline/audit/repair.ts';
import { repairRollUps } from '../../lib/pipeline/audit/repair-roll-ups.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import type { AgedObjects } from '../../lib/ports/aged-objects.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { instant, sentEntry, foldingLimits as limits } from '../factories.ts';
import { inMemorySpool, noneDiffering } from '../pipeline/audit/in-memory-spool.ts';
import { countAll, httpEvent, postLogs, testApp } from './app.ts';
import { created, sqsEvent } from './sqs-event.ts';

/** The functions on a store and a clock that tests advance; nothing in it happens by itself. */
export class RetainedApp {
  now: Date;
  readonly clock = { now: () => this.now };
  readonly writtenAt = new Map<ObjectKey, Date>();
  readonly store: ObjectStore;
  readonly logLines: readonly string[];
  readonly #testing;
  #app: App;

  constructor(
    environment: Record<string, string>,
    now: string,
    store: ObjectStore = new InMemoryObjectStore(),
  ) {
    this.now = instant(now);
    this.store = {
      get: (...args) => store.get(...args),
      list: (...args) => store.list(...args),
      delete: (...args) => store.delete(...args),
      put: async (key, ...args) => {
        const written = await store.put(key, ...args);
        this.writtenAt.set(key, this.now);
        return written;
      },
    };
    this.#testing = testApp({ environment, store: this.store, clock: this.clock });
    this.logLines = this.#testing.logLines;
    this.#app = this.#with(environment);
  }

  get app(): App {
    return this.#app;
  }

  #with(environment: Record<string, string>): App {
    const { config } = testApp({ environment }).app;
    const aged: AgedObjects = { writtenAt: async (key) => this.writtenAt.get(key) };
    const { clock, logger, store, streams } = this.#testing.app;
    return createApp({ clock, logger, store, streams, rollUps: this.#testing.rollUps, config, aged });
  }

  /** Starts another process on the same store and streams, which knows nothing yet. */
  restart(environment: Record<string, string>): void {
    this.#app = this.#with(environment);
  }

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1_000);
  }

  readonly wired = async () => this.#app;

  /** Sends entries with these times. */
  async send(key: string, ...instants: readonly string[]) {
    const entries = instants.map((receivedAt) => sentEntry({ receivedAt }));
    const event = postLogs(entries, { 'idempotency-key': key });
    const { statusCode, body } = await ingestHandler(this.wired)(event);
    return { status: statusCode, body: JSON.parse(body ?? '') as Record<string, unknown> };
  }

  count(): Promise<void> {
    return countAll({ ...this.#testing, app: this.#app });
  }

  /** Loses everything that waits on the streams. */
  lose(): void {
    this.#testing.insights.drain();
    this.#testing.late.drain();
  }

  get waiting(): Promise<number> {
    const { insights, late } = this.#testing;
    return Promise.all([insights.backlog(), late.backlog()]).then(([a, b]) => a.records + b.records);
  }

  verify(key: string) {
    return verifyHandler(this.wired)(sqsEvent(created(`batches/cus-axon/k-${key}`)));
  }

  /** Announces minutes to the roll-up, by default all of them. */
  async rollUp(minutes?: readonly string[]) {
    const keys = minutes ?? (await this.keys('aggregates/minute/'));
    return rollUpHandler(this.wired)(sqsEvent(...keys.map(created)));
  }

  expire(): Promise<void> {
    return expireHandler(this.wired)();
  }

  /** Announces, sets and settles the horizon, and deletes everything behind it. */
  async expireAll(): Promise<void> {
    for (const seconds of [0, 86_400, 900, 0]) {
      this.pass(seconds);
      await this.expire();
    }
  }

  async get(path: string, query: Record<string, string> = {}) {
    const handler =
      path === '/aggregates' ? queryHandler : path === '/aggregates/paths' ? pathsHandler : totalHandler;
    const { body } = await handler(this.wired)(httpEvent('GET', path, { query }));
    return JSON.parse(body ?? '') as {
      readonly from: string;
      readonly requests: number;
      readonly nextToken?: string;
      readonly windows: readonly { readonly windowStart: string; readonly requests: number }[];
    };
  }

  async isCounted(key: string): Promise<unknown> {
    const event = { ...httpEvent('GET', `/batches/${key}`), pathParameters: { batchId: key } };
    const { body } = await batchHandler(this.wired)(event);
    return (JSON.parse(body ?? '') as { counted?: boolean }).counted;
  }

  async keys(prefix: string): Promise<ObjectKey[]> {
    const keys: ObjectKey[] = [];
    for await (const key of this.store.list(prefix)) keys.push(key);
    return keys;
  }

  /** Audits as another process does, and repairs the differences. */
  async auditAndRepair(): Promise<{ findings: Finding[]; repaired: RepairOutcome[] }> {
    const findings: Finding[] = [];
    const repaired: RepairOutcome[] = [];
    const reporter = { found: (finding: Finding) => void findings.push(finding), begin() {}, done() {} };
    const { store, clock } = this;
    const retention = createRetention(store, clock);
    const spool = inMemorySpool();
    const differing = noneDiffering();
    const { rules } = this.#app;
    const isPending = () => false;
    const options = { customerId: undefined, rules, isPending, canHaveExpired: () => true };
    await audit({ store, spool, differing: differing.minute, retention }, options, reporter);
    await auditRollUps(store, { customerId: undefined, isPending, differing, retention }, reporter);
    const told = (outcome: RepairOutcome) => void repaired.push(outcome);
    const minutes: ObjectKey[] = [];
    const toldOfMinute = (outcome: RepairOutcome) => {
      told(outcome);
      if (outcome.kind === 'repaired') minutes.push(outcome.key);
    };
    const ports = { store, spool, clock, retention };
    await repair(
      differing.minute,
      ports,
      { limits, isPending, isRemovingForeign: false, rulesVersion: 'rules-1' },
      toldOfMinute,
    );
    const repairedMinutes = () => minutes;
    await repairRollUps({ differing, repairedMinutes, isRemovingEmpty: false }, ports, limits, told);
    return { findings, repaired };
  }
}
