import type { HttpAnswer, HttpClient } from '../../client/http-client.ts';
import { createPipelineClient } from '../../bench/scenario/pipeline-client.ts';
import { foldablePath, ownPath, type PathRules } from './path-rules.ts';

/** A batch, and its client's knowledge of it. */
export interface SentBatch {
  readonly customerId: string;
  readonly batchId: string;
  /**
   * Number of entries with the batch's own path in each minute, by the minute's first instant. Each of these minutes
   * has one more entry, with its foldable path.
   */
  readonly entries: ReadonlyMap<string, number>;
  /** The rules that were in force while it was sent: one of them counts it, if it is counted. */
  readonly rules: ReadonlySet<PathRules>;
  /** True if the client got the answer that it is stored. Otherwise it may be stored or not. */
  readonly isAccepted: boolean;
}

/** A batch before any answer. */
export type UnsentBatch = Pick<SentBatch, 'customerId' | 'batchId' | 'entries'>;

/** Several clients share the windows of a customer. */
const customers = 4;
const agents = ['curl/8.7.1', 'Wget/1.21', '-'];

/**
 * Creates a batch with entries in one to three minutes, two to four in each.
 * @param name  prefix of the ids of customers and batches
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
