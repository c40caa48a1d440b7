import * as z from 'zod';
import { backlogOf } from '../../client/backlog.ts';
import type { HttpAnswer, HttpClient } from '../../client/http-client.ts';
import { readJson } from '../../client/read-json.ts';
import type { PlannedBatch } from './plan.ts';
import { windowCountsSchema, type WindowCounts } from './window-counts.ts';

/** The scenario's requests to the pipeline; each call rejects with `ConnectionFailed` if there is no answer. */
export interface PipelineClient {
  sendBatch(batch: PlannedBatch): Promise<HttpAnswer>;
  /** @throws UnexpectedAnswer  the answer is not from this pipeline */
  readWindows(from: string, to: string): Promise<readonly WindowCounts[]>;
  /** Returns the records that wait to be counted; `undefined` if the pipeline does not report it, as on AWS. */
  readBacklog(): Promise<number | undefined>;
}

/** The server gave an answer that this pipeline would not give. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(path: string, { status, body }: HttpAnswer) {
    super(`${path} answered ${status}: ${body.toString('utf8', 0, 300)}`);
    this.status = status;
  }
}

const pageSchema = z.object({ windows: z.array(windowCountsSchema) });

export function createPipelineClient(http: HttpClient, customerId: string): PipelineClient {
  const customer = { 'x-customer-id': customerId };
  return {
    sendBatch: ({ idempotencyKey, body }) =>
      http.request('/logs', {
        method: 'POST',
        headers: { ...customer, 'idempotency-key': idempotencyKey, 'content-type': 'application/json' },
        body,
      }),

    async readWindows(from, to) {
      const path = `/aggregates?${new URLSearchParams({ window: 'minute', from, to }).toString()}`;
      const answer = await http.request(path, { headers: customer });
      const page = answer.status === 200 ? pageSchema.safeParse(readJson(answer)) : undefined;
      if (page?.data === undefined) throw new UnexpectedAnswer(path, answer);
      return page.data.windows;
    },

    async readBacklog() {
      const { status, body } = await http.request('/metrics');
      return status === 200 ? backlogOf(body.toString()) : undefined;
    },
  };
}
