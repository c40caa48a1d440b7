import type { ApiRequest, Client } from './client.ts';

/** Yields every page of an answer, in order. */
export async function readPages<Page extends { readonly nextToken: string | undefined }>(
  request: ApiRequest,
  parse: (answer: unknown) => Page,
  client: Client,
  signal: AbortSignal,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let nextToken: string | undefined;
  do {
    const parameters = { ...request.parameters, ...(nextToken === undefined ? {} : { nextToken }) };
    const page = await client.get({ ...request, parameters }, parse, signal);
    pages.push(page);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return pages;
}
