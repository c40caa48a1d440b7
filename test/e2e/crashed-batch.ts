import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionFailed } from '../../client/http-client.ts';
import type { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { countedWindows, entry, json, postLogs } from './requests.ts';

/** An operation of the local store at which the emulator dies. */
export interface Crash {
  readonly at: string;
  /** Number of the operation among equal ones, from 1. */
  readonly nth?: number;
}

/** Each start is this much later than the one before, so that no message is hidden any more. */
const secondsBetweenStarts = 30;

/** A batch at which the emulator dies, with one entry of now and two of long ago, so that both streams take part. */
export class CrashedBatch {
  readonly #customerId: string;
  readonly #emulator: Emulator;
  readonly #env: Readonly<Record<string, string>>;
  readonly #modules: readonly string[];
  #starts = 0;
  #body: readonly object[] | undefined;

  /** @param without  protections that the emulator lacks, by their names in `take-away.mjs` */
  constructor(emulator: Emulator, name: string, without: readonly string[] = []) {
    this.#customerId = `cus-${name.replaceAll(/\W/g, '-')}`;
    this.#emulator = emulator;
    this.#env = without.length === 0 ? {} : { TAKE_AWAY: without.join(',') };
    this.#modules = without.length === 0 ? [] : ['take-away.mjs'];
  }

  /** Dies once per start. The batch is sent after the first start; later starts find what earlier ones left. */
  async dieAt(crashes: readonly Crash[]): Promise<void> {
    for (const [index, { at, nth = 1 }] of crashes.entries()) {
      const armed = { ...this.#settings('crash-at.mjs'), CRASH_AT: at, CRASH_NTH: String(nth) };
      if (index === 0) {
        await this.#emulator.start(armed);
        await this.#sendAndDie();
      } else {
        await this.#emulator.launch(armed); // the emulator may die of leftovers before it answers
      }
      const { exitCode, output } = await this.#emulator.ended;
      if (exitCode !== null) throw new Error(`The emulator was not killed ${at}, but ended:\n${output}`);
    }
  }

  /** Starts the emulator again, this time without a crash. */
  async restart(): Promise<void> {
    await this.#emulator.start(this.#settings());
  }

  /** Sends or repeats the batch. @returns the status of the answer */
  async send(): Promise<number> {
    const late = { ...entry, receivedAt: '2025-12-28T18:03:07Z' };
    this.#body ??= [{ ...entry, receivedAt: new Date().toISOString() }, late, late];
    const customerId = this.#customerId;
    const headers = { 'idempotency-key': 'the-batch' };
    return (await postLogs(this.#emulator, { customerId, headers, body: this.#body })).status;
  }

  /** Returns the answer of `GET /batches/{batchId}`. */
  async state(): Promise<Record<string, unknown>> {
    const headers = { 'x-customer-id': this.#customerId };
    const answer = await this.#emulator.http.request('/batches/the-batch', { headers });
    return json(answer) as Record<string, unknown>;
  }

  async isCounted(): Promise<void> {
    while ((await this.state()).counted !== true) await sleep(50);
  }

  async isRolledUp(): Promise<void> {
    while ((await this.requestsIn('day')).length < 2) await sleep(50);
  }

  /** Returns the requests of each window, in time order; for minutes, when nothing waits to be counted any more. */
  async requestsIn(window: 'minute' | 'hour' | 'day'): Promise<number[]> {
    if (window === 'minute') await countedWindows(this.#emulator, this.#customerId);
    const to = new Date(Date.now() + 60_000).toISOString();
    const query = new URLSearchParams({ window, from: '2025-12-28T00:00:00Z', to }).toString();
    const headers = { 'x-customer-id': this.#customerId };
    const page = json(await this.#emulator.http.request(`/aggregates?${query}`, { headers })) as {
      windows: { requests: number }[];
    };
    return page.windows.map(({ requests }) => requests);
  }

  async #sendAndDie(): Promise<void> {
    try {
      const status = await this.send();
      if (status !== 202)
        throw new Error(`The batch that the emulator was to die at was answered ${status}.`);
    } catch (error) {
      if (!(error instanceof ConnectionFailed)) throw error;
    }
  }

  #settings(...modules: readonly string[]): Readonly<Record<string, string>> {
    const CLOCK_OFFSETS = String(this.#starts * secondsBetweenStarts);
    this.#starts += 1;
    return { ...this.#env, ...loading('shifted-clock.mjs', ...this.#modules, ...modules), CLOCK_OFFSETS };
  }
}
