import { answerOrRetry } from '../../client/answer-or-retry.ts';
import type { HttpClient } from '../../client/http-client.ts';
import { RequestRefused } from '../../client/request-refused.ts';
import type { Timing } from '../../client/timing.ts';

/** The windows to read: parameters of `GET /aggregates`. */
export type WindowsQuery = Readonly<Record<string, string>>;

export interface ReadPagesOptions {
  readonly http: HttpClient;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryForSeconds: number;
  /** The time to wait for a pipeline that is not running, before the first page. */
  readonly waitForStartSeconds: number;
  readonly timing: Timing;
  readonly onRetry: (failure: string) => void;
}

/** A page of windows, in the format of its query. */
export interface Page {
  readonly text: string;
  /** The instant before which everything accepted is in the counts; `undefined` if it is not known. */
  readonly countedThrough: string | undefined;
}

/**
 * Reads all pages of a query, one after the other.
 * @throws RequestRefused  the pipeline refused the query
 * @throws NotRunning      nothing listens there
 * @throws GaveUp          it did not answer, or only failed, for too long
 */
export async function* readPages(query: WindowsQuery, options: ReadPagesOptions): AsyncGenerator<Page> {
  const { http, url, headers, waitForStartSeconds, ...repeating } = options;
  let next: string | undefined;
  do {
    const { format = 'json' } = query;
    // The token contains the range, so that a default that is now stays the same.
    const parameters = new URLSearchParams(next === undefined ? query : { format, nextToken: next });
    const { answer } = await answerOrRetry(
      () => http.request(`/aggregates?${parameters.toString()}`, { headers }),
      next === undefined ? { ...repeating, waitForStartSeconds } : repeating,
    );
    if (answer.status !== 200) throw new RequestRefused(url, answer);
    const counted = answer.headers['x-counted-through'];
    yield {
      text: answer.body.toString(),
      countedThrough: typeof counted === 'string' ? counted : undefined,
    };
    next = nextTokenOf(answer.headers['link']);
  } while (next !== undefined);
}

function nextTokenOf(link: string | string[] | undefined): string | undefined {
  const [, target] = /^<([^>]+)>; rel="next"$/.exec(String(link ?? '')) ?? [];
  if (target === undefined) return undefined;
  return new URL(target, 'http://localhost').searchParams.get('nextToken') ?? undefined;
}
