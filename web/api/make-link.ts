import { errorDescription } from './answers.ts';
import { NotReached, Refused } from './client.ts';
import { UnexpectedAnswer } from './fields.ts';

/** A share link that the pipeline has made. */
export interface MadeLink {
  readonly token: string;
  readonly customer: string;
  readonly until: number;
}

export interface LinkRequest {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly customer: string;
  readonly seconds: number;
}

const timeoutMilliseconds = 30_000;

/**
 * Asks the pipeline for a link to the counts of a customer.
 * @throws NotReached, Refused, UnexpectedAnswer
 */
export async function makeLink(
  { baseUrl, apiKey, customer, seconds }: LinkRequest,
  fetchFrom: typeof fetch = fetch,
): Promise<MadeLink> {
  const response = await fetchFrom(new URL('shares', baseUrl), {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-customer-id': customer,
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ expiresInSeconds: seconds }),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMilliseconds),
  }).catch((cause: unknown) => {
    throw new NotReached('The pipeline did not answer. Try again.', { cause });
  });
  const answer = await readJson(response);
  if (!response.ok) {
    const status = `The pipeline answered with status ${response.status}.`;
    throw new Refused(response.status, errorDescription(answer) ?? status);
  }
  return parseLink(answer);
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // for example a gateway's own page
    throw new NotReached('The answer ended too early. Try again.', { cause: error });
  }
}

function parseLink(answer: unknown): MadeLink {
  const { token, customerId, expiresAt } = Object(answer) as Readonly<Record<string, unknown>>;
  const until = typeof expiresAt === 'string' ? Date.parse(expiresAt) : Number.NaN;
  if (typeof token === 'string' && typeof customerId === 'string' && Number.isFinite(until))
    return { token, customer: customerId, until };
  throw new UnexpectedAnswer('The answer has no link. Reload the page.');
}
