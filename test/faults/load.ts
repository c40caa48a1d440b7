import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionFailed, type HttpAnswer, type HttpClient } from '../../client/http-client.ts';
import type { Timing } from '../../client/timing.ts';
import type { PathRules } from './path-rules.ts';
import { sendUntilAnswered } from './send-until-answered.ts';
import { startSenders, type SenderContext, type Senders } from './senders.ts';
import { batchOf, postBatch, type SentBatch, type UnsentBatch } from './sent-batch.ts';

export interface LoadOptions {
  readonly baseUrl: URL;
  /** Prefix of the ids of customers and batches: no two loads on the same data may share one. */
  readonly name: string;
  /** Number of clients that repeat a batch until it is answered. */
  readonly persistentClients: number;
  /** Number of clients that send each batch only once. */
  readonly fleetingClients: number;
  /** First instants of the minutes that have entries. */
  readonly minutes: readonly string[];
  /** Rules of the running emulator. */
  readonly rules: PathRules;
}

/** Answers that the clients got so far. */
export interface Answers {
  readonly accepted: number;
  /** Answers of 503; the same batch may be accepted later. */
  readonly refused: number;
}

/** Clients that send one batch after the other, also while the emulator is down, until they are stopped. */
export interface Load extends Omit<Senders<SentBatch>, 'running'> {
  readonly answers: Answers;
  /**
   * Resolves when the condition holds, or nobody sends any more; rejects when a client got an answer that it must not
   * get.
   */
  until(isSo: (answers: Answers) => boolean): Promise<void>;
  /** Sets the rules of the next emulator; call it while none runs. */
  upgrade(rules: PathRules): void;
}

/** Time that a client without retries pauses after a refusal, as the answer asks. */
const refusedForMilliseconds = 1_000;

export function startLoad(options: LoadOptions): Load {
  const { baseUrl, name, persistentClients, fleetingClients, minutes } = options;
  const clients = persistentClients + fleetingClients;
  const rules: PathRules[] = [options.rules];
  const answers = { accepted: 0, refused: 0 };
  let waiting: readonly { readonly isSo: (answers: Answers) => boolean; readonly resolve: () => void }[] = [];

  const count = (kind: keyof Answers) => {
    answers[kind] += 1;
    for (const { isSo, resolve } of waiting) if (isSo(answers)) resolve();
    waiting = waiting.filter(({ isSo }) => !isSo(answers));
  };
  const post = async (batch: UnsentBatch, http: HttpClient): Promise<HttpAnswer> => {
    const answer = await postBatch(http, batch);
    if (answer.status === 503) count('refused');
    return answer;
  };
  const sendUntilOver = async (
    { http, timing, over, sent }: SenderContext<SentBatch>,
    client: number,
  ): Promise<void> => {
    const isPersistent = client < persistentClients;
    for (let number = 0; !over.aborted; number++) {
      const batch = batchOf(client, number, name, minutes);
      const before = rules.length - 1;
      const attempt = () => post(batch, http);
      const outcome = isPersistent
        ? await sendPersistently(batch, attempt, timing)
        : await sendOnce(batch, attempt);
      sent.push({ ...batch, rules: new Set(rules.slice(before)), isAccepted: outcome === 'accepted' });
      if (outcome === 'accepted') count('accepted');
      if (outcome === 'refused') await sleep(refusedForMilliseconds);
      if (outcome === 'unanswered') await isUp(http, over);
    }
  };
  const senders = startSenders(baseUrl, clients, sendUntilOver);

  return {
    answers,
    async until(isSo) {
      if (isSo(answers)) return;
      const reached = new Promise<void>((resolve) => (waiting = [...waiting, { isSo, resolve }]));
      await Promise.race([reached, senders.running]);
    },
    upgrade(next) {
      if (next !== rules.at(-1)) rules.push(next);
    },
    stop: () => senders.stop(),
    abandon: () => senders.abandon(),
  };
}

type Outcome = 'accepted' | 'refused' | 'unanswered';

async function sendPersistently(
  { batchId }: UnsentBatch,
  post: () => Promise<HttpAnswer>,
  timing: Timing,
): Promise<'accepted'> {
  const { answer, attempts } = await sendUntilAnswered(batchId, post, timing);
  if (answer.status === 202 || (answer.status === 409 && attempts > 1)) return 'accepted';
  throw new Error(`${batchId} was answered with ${answer.status} at attempt ${attempts}.`);
}

/** Sends a batch once, like a client that dies with it. */
async function sendOnce({ batchId }: UnsentBatch, post: () => Promise<HttpAnswer>): Promise<Outcome> {
  try {
    const { status } = await post();
    if (status === 202) return 'accepted';
    if (status === 503) return 'refused';
    throw new Error(`${batchId} was answered with ${status}.`);
  } catch (error) {
    if (error instanceof ConnectionFailed) return 'unanswered';
    throw error;
  }
}

/**
 * Waits until the emulator is up. Otherwise a client without retries would only count how often it can call a dead
 * server.
 */
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
