import type { ApiRequest, Client } from './client.ts';

/**
 * Returns the pages of an answer, in order.
 * @param areEnough  returns true when no more pages are needed; by default, all are
 */
export async function readPages<Page extends { readonly nextToken: string | undefined }>(
  request: ApiRequest,
  parse: (answer: unknown) => Page,
  client: Client,
  signal: AbortSignal,
  areEnough: (pages: readonly Page[]) => boolean = () => false,
): Promise<readonly Page[]> {
  const pages: Page[] = [];
  let nextToken: string | undefined;
  do {
    const parameters = { ...request.parameters, ...(nextToken === undefined ? {} : { nextToken }) };
    const page = await client.get({ ...request, parameters }, parse, signal);
    pages.push(page);
    nextToken = page.nextToken;
  } while (nextToken !== undefined && !areEnough(pages));
  return pages;
}
