import { errorDescription } from './answers.ts';

/** The pipeline wants an API key, or a different one. */
export class KeyRequired extends Error {
  override readonly name = 'KeyRequired';
}

/** The pipeline could not be reached, or did not answer in time. */
export class NotReached extends Error {
  override readonly name = 'NotReached';
}

/** The pipeline answered with an error; the message is the error's description. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Requests data from the pipeline. Returns the same object again while the data has not changed. */
export interface Client {
  get<T>(request: ApiRequest, parse: (answer: unknown) => T, signal: AbortSignal): Promise<T>;
}

export interface ApiRequest {
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly customer?: string | undefined;
  /**
   * Reads the whole answer each time, because some of its fields change while its content, and so its etag, stays the
   * same.
   */
  readonly isReadWhole?: boolean;
}

export interface ClientContext {
  /** The origin that served the page. */
  readonly baseUrl: string;
  /** The API key that the user entered, if any. */
  readonly apiKey: () => string | undefined;
  readonly fetch: typeof fetch;
}

interface Remembered {
  readonly etag: string;
  readonly parsed: unknown;
}

const timeoutMilliseconds = 30_000;
/**
 * A view needs fewer answers than this, except for a year of days in the rare zones described in `load-report.ts`.
 */
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
        cache: 'no-store', // so that fetch shows a 304
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
        // The answer was parsed for the same request, and so by the same function.
        return known.parsed as T;
      }

      const body = await readJson(response, signal);
      if (response.status === 401 || response.status === 403) {
        throw new KeyRequired(errorDescription(body) ?? 'The pipeline wants an API key.');
      }
      if (!response.ok) {
        throw new Refused(
          response.status,
          errorDescription(body) ?? `The pipeline answered with status ${response.status}.`,
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

/** The only place that adds the caller's identity to a request. */
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
    if (error instanceof SyntaxError) return undefined; // for example a gateway's own page
    throw new NotReached('The answer ended too early.', { cause: error });
  }
}
