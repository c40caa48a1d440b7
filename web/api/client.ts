import { errorDescription } from './answers.ts';

/** The pipeline wants an API key, or another one. */
export class KeyRequired extends Error {
  override readonly name = 'KeyRequired';
}

/** The pipeline could not be reached, or did not answer in time. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/** The pipeline answered with an error; the message is what it says. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the pipeline. What has not changed since it was asked for last is the same object as then. */
export interface Client {
  get<T>(request: ApiRequest, parse: (answer: unknown) => T, signal: AbortSignal): Promise<T>;
}

export interface ApiRequest {
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly customer?: string | undefined;
  /** What it says of itself changes while its content, by which a 304 goes, stays the same: it is read whole each time. */
  readonly isReadWhole?: boolean;
}

export interface ClientContext {
  /** Where the page came from. */
  readonly baseUrl: string;
  /** The API key that somebody gave, where one is needed. */
  readonly apiKey: () => string | undefined;
  readonly fetch: typeof fetch;
}

interface Remembered {
  readonly etag: string;
  readonly parsed: unknown;
}

const timeoutMilliseconds = 30_000;
/** A view takes fewer answers than this, but for a year of days in the rare zones that `load-report.ts` tells of. */
const maxRemembered = 64;

export function createClient({ baseUrl, apiKey, fetch }: ClientContext): Client {
  const answers = new Map<string, Remembered>();

  return {
    async get<T>(
      { path, parameters = {}, customer, isReadWhole = false }: ApiRequest,
      parse: (answer: unknown) => T,
      signal: AbortSignal,
    ) {
      const url = new URL(path, baseUrl);
      url.search = new URLSearchParams(parameters).toString();
      const key = apiKey();
      const name = `${key ?? ''} ${customer ?? ''} ${url.href}`;
      const known = answers.get(name);
      const headers = requestHeaders(customer, key, known?.etag);
      const response = await fetch(url, {
        headers,
        cache: 'no-store', // so that a 304 is seen as one
        credentials: 'omit',
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
      }).catch((cause: unknown) => {
        signal.throwIfAborted();
        throw new NotReached('There was no answer.', { cause });
      });
      answers.delete(name);
      if (response.status === 304 && known !== undefined) {
        answers.set(name, known);
        // Parsed from an answer to the same request, and so by the same function.
        return known.parsed as T;
      }

      const body = await readJson(response, signal);
      if (response.status === 401 || response.status === 403) {
        throw new KeyRequired(errorDescription(body) ?? 'The pipeline wants an API key.');
      }
      if (!response.ok) {
        throw new Refused(
          response.status,
          errorDescription(body) ?? `It answered with status ${response.status}.`,
        );
      }
      const parsed = parse(body);
      const etag = response.headers.get('etag');
      if (etag !== null && !isReadWhole) answers.set(name, { etag, parsed });
      const [oldest] = answers.keys();
      if (answers.size > maxRemembered && oldest !== undefined) answers.delete(oldest);
      return parsed;
    },
  };
}

/** The one place where a request says who asks. */
function requestHeaders(
  customer: string | undefined,
  apiKey: string | undefined,
  etag: string | undefined,
): Record<string, string> {
  return {
    accept: 'application/json',
    ...(customer === undefined ? {} : { 'x-customer-id': customer }),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
  };
}

async function readJson(response: Response, signal: AbortSignal): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SyntaxError) return undefined; // a gateway's own page, say
    throw new NotReached('The answer broke off.', { cause: error });
  }
}
