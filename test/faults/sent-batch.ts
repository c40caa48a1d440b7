import type { HttpAnswer, HttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { foldablePath, ownPath, type PathRules } from './path-rules.ts';

/** A batch, and what its client knows of it. */
export interface SentBatch {
  readonly customerId: string;
  readonly batchId: string;
  /**
   * How many entries it has with its own path in which minute, by the minute's first instant. In each of these it has
   * one more, with its foldable path.
   */
  readonly entries: ReadonlyMap<string, number>;
  /** Those that were in force while it was sent: by one of them it is counted, if at all. */
  readonly rules: ReadonlySet<PathRules>;
  /** The client was told that it is stored. Otherwise it may be or not: nobody has told. */
  readonly isAccepted: boolean;
}

/** A batch of which no client knows anything yet. */
export type UnsentBatch = Pick<SentBatch, 'customerId' | 'batchId' | 'entries'>;

/** Customers share windows among several clients. */
const customers = 4;
const agents = ['curl/8.7.1', 'Wget/1.21', '-'];

/**
 * Entries of one to three minutes, two to four in each.
 * @param name  what the ids of customers and batches begin with
 */
export function batchOf(
  client: number,
  number: number,
  name: string,
  minutes: readonly string[],
): UnsentBatch {
  const share = Array.from(
    { length: 1 + (number % 3) },
    (_, n) => minutes[(number + n) % minutes.length] ?? '',
  );
  return {
    customerId: `${name}-${client % customers}`,
    batchId: `${name}-${client}-${number}`,
    entries: new Map(share.map((minute, n) => [minute, 1 + ((client + n) % 3)])),
  };
}

export function postBatch(
  http: HttpClient,
  { customerId, batchId, entries }: UnsentBatch,
): Promise<HttpAnswer> {
  const body = [...entries].flatMap(([minute, count]) =>
    [...Array.from({ length: count }, () => ownPath(batchId)), foldablePath(batchId)].map((path, n) => ({
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
