import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { realTiming, type Timing } from '../../client/timing.ts';

/** What a client sends with, until it is over. */
export interface SenderContext<Sent> {
  readonly http: HttpClient;
  readonly timing: Timing;
  readonly over: AbortSignal;
  readonly sent: Sent[];
}

/** Clients that send until they are stopped. */
export interface Senders<Sent> {
  /** Rejects when a client got an answer that it should not have got. */
  readonly running: Promise<unknown>;
  /** Lets each client finish what it sends, and gives all that was sent. */
  stop(): Promise<readonly Sent[]>;
  /** Ends it at once, where nobody wants to know any more. */
  abandon(): void;
}

/** @param sendUntilOver  what each of the clients does, by its number */
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
  running.catch(() => {}); // told to whoever waits for it, which may be later
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
