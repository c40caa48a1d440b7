import { gaugesOf } from '../../client/gauges.ts';
import type { HttpAnswer, HttpClient } from '../../client/http-client.ts';
import { isObject, readJson } from '../../client/read-json.ts';

/** The state of a running pipeline; a part is `undefined` where the pipeline does not report it, as a deployed one. */
export interface PipelineStatus {
  /** Records that wait to be counted, by stream. */
  readonly backlog: Readonly<Record<string, number>> | undefined;
  /** The time that the oldest batch has waited to be counted; 0 when none waits. */
  readonly oldestUncountedSeconds: number | undefined;
  /** The time that the oldest minute has waited to be rolled up into its hour; 0 when none waits. */
  readonly oldestNotRolledUpSeconds: number | undefined;
  readonly customers: readonly string[] | undefined;
  /** The bytes that the data directory uses; known where there is a quota. */
  readonly usedBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  readonly freeBytes: number | undefined;
}

/**
 * Asks a pipeline for its state.
 * @throws ConnectionFailed
 */
export async function readStatus(
  http: HttpClient,
  headers: Readonly<Record<string, string>>,
): Promise<PipelineStatus> {
  const metrics = await http.request('/metrics', { headers });
  const gauges = metrics.status === 200 ? gaugesOf(metrics.body.toString()) : undefined;
  const backlog = gauges?.('stream_backlog_records', 'stream');
  const ages = gauges?.('oldest_uncounted_age_seconds', 'step');
  const bytes = (name: string) => gauges?.(name)[''];
  return {
    backlog: backlog === undefined || Object.keys(backlog).length === 0 ? undefined : backlog,
    oldestUncountedSeconds: ages?.['count'],
    oldestNotRolledUpSeconds: ages?.['roll-up'],
    customers: await readCustomers(http, headers),
    usedBytes: bytes('disk_used_bytes'),
    quotaBytes: bytes('disk_quota_bytes'),
    freeBytes: bytes('disk_free_bytes'),
  };
}

/** Reads the list of customers page by page; returns `undefined` where the pipeline does not show it. */
async function readCustomers(
  http: HttpClient,
  headers: Readonly<Record<string, string>>,
): Promise<string[] | undefined> {
  const customers: string[] = [];
  for (let token: string | undefined = ''; token !== undefined;) {
    const path: string = token === '' ? '/customers' : `/customers?nextToken=${encodeURIComponent(token)}`;
    const page = pageOf(await http.request(path, { headers }));
    if (page === undefined) return undefined;
    customers.push(...page.customers);
    token = page.nextToken;
  }
  return customers;
}

function pageOf(answer: HttpAnswer): { customers: string[]; nextToken: string | undefined } | undefined {
  const page = answer.status === 200 ? readJson(answer) : undefined;
  if (!isObject(page) || !Array.isArray(page['customers'])) return undefined;
  const { customers, nextToken } = page;
  return {
    customers: customers.filter((each) => typeof each === 'string'),
    nextToken: typeof nextToken === 'string' ? nextToken : undefined,
  };
}
