import { createClient } from '../../web/api/client.ts';

/** Creates a client of a pipeline that gives these answers, and records its requests. */
export function clientOf(answer: (url: URL, headers: Headers) => Response | Error, apiKey?: string) {
  const asked: { readonly url: string; readonly headers: Headers }[] = [];
  const client = createClient({
    baseUrl: 'http://localhost:3000/',
    apiKey: () => apiKey,
    fetch: async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const headers = new Headers(init?.headers);
      asked.push({ url: `${url.pathname}${url.search}`, headers });
      const answered = answer(url, headers);
      if (answered instanceof Error) throw answered;
      return answered;
    },
  });
  return { client, asked };
}

export const json = (body: unknown, init?: ResponseInit) => new Response(JSON.stringify(body), init);
/** The total of a range without requests. */
export const none = { customerId: 'cus-axon', requests: 0, topPaths: [], topUserAgents: [], topStatuses: [] };
