import { alertsHandler } from '../../handlers/alerts.ts';
import { readAlertsHandler } from '../../handlers/read-alerts.ts';
import { createApp, type App } from '../../handlers/wiring.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import type { AlertEvent } from '../../lib/domain/alerts/alert-event.ts';
import { parseAlertRules } from '../../lib/domain/alerts/alert-rules.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { NotDelivered } from '../../lib/ports/alert-target.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { rollUpHandler } from '../../handlers/roll-up.ts';
import { ingestHandler } from '../../handlers/ingest.ts';
import { instant, sentEntry } from '../factories.ts';
import { countAll, httpEvent, postLogs, testApp, type TestApp } from './app.ts';
import { created, sqsEvent } from './sqs-event.ts';

const hourMilliseconds = 3_600_000;
const weekHours = 168;

/** Rules with which one hour decides. */
export const quickRules = {
  fall: { minRequests: 20, hours: 1 },
  rise: 'off',
  resolveHours: 1,
};

/** The answer of `GET /alerts`. */
export interface AlertsAnswer {
  readonly judgedThrough: string | null;
  readonly open: readonly { readonly kind: string }[];
  readonly alerts: readonly {
    readonly id: string;
    readonly kind: string;
    readonly change: string;
    readonly windowStart: string;
  }[];
  readonly nextToken?: string;
}

/** The functions on a store and a clock that tests advance, with a target that remembers what it got. */
export class AlertsWorld {
  now = instant('2025-12-28T18:30:00Z');
  readonly store: ObjectStore;
  readonly sent: AlertEvent[] = [];
  /** The target refuses everything. */
  isDown = false;
  readonly #testing: TestApp;
  readonly #rules: object;
  #sends = 0;
  #elapsed = 0;
  #alerts: () => Promise<void>;

  constructor(rules: object = { defaults: quickRules }, store: ObjectStore = new InMemoryObjectStore()) {
    this.store = store;
    this.#rules = rules;
    this.#testing = testApp({
      store,
      clock: { now: () => this.now },
      environment: { ALLOWED_LATENESS_SECONDS: '0' },
    });
    this.#alerts = this.#startOn(store);
  }

  get app(): App {
    return this.#testing.app;
  }

  get logLines(): readonly string[] {
    return this.#testing.logLines;
  }

  /** Starts another process, which remembers nothing; it may see the store through something else. */
  restart(rules: object = this.#rules, store = this.store): void {
    this.#alerts = this.#startOn(store, rules);
  }

  #startOn(store: ObjectStore, rules = this.#rules): () => Promise<void> {
    const { config, clock, logger, streams } = this.#testing.app;
    const timers = {
      sleep: async (milliseconds: number) => void (this.#elapsed += milliseconds),
      elapsed: () => this.#elapsed,
    };
    const app = createApp({ config, clock, logger, streams, rollUps: this.#testing.rollUps, store, timers });
    const send = async (event: AlertEvent) => {
      if (this.isDown) throw new NotDelivered('The webhook answered with status 503.', true);
      this.sent.push(event);
    };
    return alertsHandler(
      async () => app,
      async () => ({
        rules: parseAlertRules(JSON.stringify({ formatVersion: 1, ...rules })),
        targets: [{ name: 'webhook', send }],
      }),
    );
  }

  /** Lets time pass, for all clocks. */
  pass(hours: number): void {
    this.now = new Date(this.now.getTime() + hours * hourMilliseconds);
    this.#elapsed += hours * hourMilliseconds;
  }

  check(): Promise<void> {
    return this.#alerts();
  }

  /** Sends this many entries in an hour, in hours before the current one, counts them and sums them up. */
  async traffic(hoursAgo: number, requests: number, status = '200', customerId = 'cus-axon'): Promise<void> {
    const start =
      Math.floor(this.now.getTime() / hourMilliseconds) * hourMilliseconds - hoursAgo * hourMilliseconds;
    const receivedAt = new Date(start + 60_000).toISOString();
    await this.accept(
      Array.from({ length: requests }, () => sentEntry({ receivedAt, status })),
      customerId,
    );
    await this.count();
  }

  /** Sends entries, which are not counted yet. */
  async accept(entries: readonly object[], customerId = 'cus-axon'): Promise<void> {
    this.#sends += 1;
    const headers = { 'idempotency-key': `key-${this.#sends}`, 'x-customer-id': customerId };
    const { statusCode, body } = await ingestHandler(async () => this.app)(postLogs(entries, headers));
    if (statusCode !== 202) throw new Error(`The batch was refused: ${body}`);
  }

  async count(): Promise<void> {
    await countAll(this.#testing);
    const minutes = await this.keys('aggregates/minute/');
    await rollUpHandler(async () => this.app)(sqsEvent(...minutes.map(created)));
    this.#testing.rollUps.doneAll();
  }

  /** A hundred requests in each of the last four weeks, in the hour this many hours before the current one. */
  async history(hoursAgo: number, customerId?: string): Promise<void> {
    for (const week of [1, 2, 3, 4]) await this.traffic(week * weekHours + hoursAgo, 100, '200', customerId);
  }

  async answer(query: Record<string, string> = {}, customerId = 'cus-axon'): Promise<AlertsAnswer> {
    const event = httpEvent('GET', '/alerts', { query, headers: { 'x-customer-id': customerId } });
    const { body } = await readAlertsHandler(async () => this.app)(event);
    return JSON.parse(body ?? '') as AlertsAnswer;
  }

  /** Answers kinds and changes alone. */
  async changes(): Promise<readonly string[]> {
    return (await this.answer()).alerts.map(({ kind, change }) => `${kind} ${change}`);
  }

  async keys(prefix: string): Promise<ObjectKey[]> {
    const keys: ObjectKey[] = [];
    for await (const key of this.store.list(prefix)) keys.push(key);
    return keys;
  }
}
