/** Answers like `ingest`, without any of its work. */
export async function handler({ requestContext }: { requestContext: { http: { method: string } } }) {
  const statusCode = requestContext.http.method === 'POST' ? 202 : 200;
  const body = JSON.stringify({ batchId: 'reference-0', entries: 20, windows: 4 });
  return { statusCode, headers: { 'content-type': 'application/json' }, body };
}
