import { setTimeout as sleep } from 'node:timers/promises';
import { answerOrRetry } from '../../commands/pipeline-client/answer-or-retry.ts';
import {
  ConnectionFailed,
  createHttpClient,
  type HttpClient,
} from '../../commands/pipeline-client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { realTiming, type Timing } from '../../commands/pipeline-client/timing.ts';

/** A batch, and what its client knows of it. */
export interface SentBatch {
  readonly customerId: string;
  readonly batchId: string;
  /** The path of all of its entries, and of no other's: so a window tells how often it counts the batch. */
  readonly path: string;
  /** How many entries it has in which minute, by the minute's first instant. */
  readonly entries: ReadonlyMap<string, number>;
  /** The client was told that it is stored. Otherwise it may be or not: nobody has told. */
  readonly isAccepted: boolean;
}

export interface LoadOptions {
  readonly baseUrl: URL;
  /** What the ids of customers and batches begin with: no two loads on the same data may have the same. */
  readonly name: string;
  /** Clients that repeat a batch until it is answered. */
  readonly persistentClients: number;
  /** Clients that send each batch once, whatever comes of it. */
  readonly fleetingClients: number;
  /** First instants of the minutes that entries are of. */
  readonly minutes: readonly string[];
}

/** Clients that send one batch after the other, also while the emulator is down, until they are stopped. */
export interface Load {
  /** How many batches were accepted so far. */
  readonly accepted: number;
  /** Resolves when so many were; rejects when a client got an answer that it should not have got. */
  reaches(accepted: number): Promise<void>;
  /** Lets each client finish its batch, and gives all that were sent. */
  stop(): Promise<readonly SentBatch[]>;
  /** Ends it at once, where nobody wants to know any more. */
  abandon(): void;
}

/** Customers share windows among several clients. */
const customers = 4;
/** How long a persistent client repeats a batch: far longer than a restart takes. */
const retryForSeconds = 120;
const agents = ['curl/8.7.1', 'Wget/1.21', '-'];

export function startLoad(options: LoadOptions): Load {
  const { baseUrl, persistentClients, fleetingClients } = options;
  const clients = persistentClients + fleetingClients;
  const http = createHttpClient(baseUrl, clients);
  const over = new AbortController();
  const abandoned = new AbortController();
  const timing = { ...realTiming, wait: (ms: number) => sleep(ms, undefined, { signal: abandoned.signal }) };
  const sent: SentBatch[] = [];
  const waiting: { readonly accepted: number; readonly resolve: () => void }[] = [];
  let accepted = 0;

  const sendUntilOver = async (client: number): Promise<void> => {
    const isPersistent = client < persistentClients;
    for (let number = 0; !over.signal.aborted; number++) {
      const batch = batchOf(client, number, options);
      const isAccepted = isPersistent
        ? await sendPersistently(http, batch, timing)
        : await sendOnce(http, batch);
      sent.push({ ...batch, isAccepted });
      if (!isAccepted) await isUp(http, over.signal);
      else accepted += 1;
      for (const each of waiting) if (accepted >= each.accepted) each.resolve();
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, client) => sendUntilOver(client)));
  running.catch(() => {}); // told to whoever waits for it, which may be later

  return {
    get accepted() {
      return accepted;
    },
    async reaches(wanted) {
      if (accepted >= wanted) return;
      const reached = new Promise<void>((resolve) => waiting.push({ accepted: wanted, resolve }));
      await Promise.race([reached, running]);
    },
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

type UnsentBatch = Omit<SentBatch, 'isAccepted'>;

/** Entries of one to three minutes, one to three in each. */
function batchOf(client: number, number: number, { name, minutes }: LoadOptions): UnsentBatch {
  const batchId = `${name}-${client}-${number}`;
  const share = Array.from(
    { length: 1 + (number % 3) },
    (_, n) => minutes[(number + n) % minutes.length] ?? '',
  );
  return {
    customerId: `${name}-${client % customers}`,
    batchId,
    path: `/${batchId}`,
    entries: new Map(share.map((minute, n) => [minute, 1 + ((client + n) % 3)])),
  };
}

/** As a log shipper does, which keeps a batch until it has an answer. */
async function sendPersistently(http: HttpClient, batch: UnsentBatch, timing: Timing): Promise<true> {
  const attempt = () => post(http, batch);
  const { answer, attempts } = await answerOrRetry(attempt, { retryForSeconds, timing });
  if (answer.status === 202 || (answer.status === 409 && attempts > 1)) return true;
  throw new Error(`${batch.batchId} was answered with ${answer.status} at attempt ${attempts}.`);
}

/** As a client does that dies with its batch. */
async function sendOnce(http: HttpClient, batch: UnsentBatch): Promise<boolean> {
  try {
    const { status } = await post(http, batch);
    if (status === 202 || status === 503) return status === 202;
    throw new Error(`${batch.batchId} was answered with ${status}.`);
  } catch (error) {
    if (error instanceof ConnectionFailed) return false;
    throw error;
  }
}

function post(http: HttpClient, { customerId, batchId, path, entries }: UnsentBatch) {
  const body = [...entries].flatMap(([minute, count]) =>
    Array.from({ length: count }, (_, n) => ({
      receivedAt: minute,
      method: 'GET',
      path,
      userAgent: agents[n % agents.length],
      status: 200 + n,
    })),
  );
  return createPipelineClient(http, customerId).sendBatch({
    idempotencyKey: batchId,
    body: Buffer.from(JSON.stringify(body)),
  });
}

/** Else a client that never repeats anything would only count how often a dead server can be asked. */
async function isUp(http: HttpClient, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    try {
      if ((await http.request('/health')).status === 200) return;
    } catch (error) {
      if (!(error instanceof ConnectionFailed)) throw error;
    }
    await sleep(50);
  }
}
