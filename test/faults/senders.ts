import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { realTiming, type Timing } from '../../client/timing.ts';

/** The parts that a client sends with, until it is over. */
export interface SenderContext<Sent> {
  readonly http: HttpClient;
  readonly timing: Timing;
  readonly over: AbortSignal;
  readonly sent: Sent[];
}

/** Clients that send until they are stopped. */
export interface Senders<Sent> {
  /** Rejects when a client got an answer that it must not get. */
  readonly running: Promise<unknown>;
  /** Lets each client finish what it sends, and returns everything that was sent. */
  stop(): Promise<readonly Sent[]>;
  /** Stops at once, if nobody needs the result. */
  abandon(): void;
}

/** @param sendUntilOver  sends for one client, given its number */
export function startSenders<Sent>(
  baseUrl: URL,
  clients: number,
  sendUntilOver: (context: SenderContext<Sent>, client: number) => Promise<void>,
): Senders<Sent> {
  const http = createHttpClient(baseUrl, clients);
  const over = new AbortController();
  const abandoned = new AbortController();
  const timing = { ...realTiming, wait: (ms: number) => sleep(ms, undefined, { signal: abandoned.signal }) };
  const sent: Sent[] = [];
  const context = { http, timing, over: over.signal, sent };
  const running = Promise.all(Array.from({ length: clients }, (_, client) => sendUntilOver(context, client)));
  running.catch(() => {}); // reported to whoever awaits it, which may be later
  return {
    running,
    async stop() {
      over.abort();
      try {
        await running;
      } finally {
        http.close();
      }
      return sent;
    },
    abandon() {
      over.abort();
      abandoned.abort();
      http.close();
    },
  };
}
