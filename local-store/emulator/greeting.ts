/** Returns the text that greets a new user: the address, the data directory, and commands to try. */
export function greeting(baseUrl: string, dataDirectory: string, now: Date): string {
  const receivedAt = `${now.toISOString().slice(0, 19)}Z`;
  const entry = { receivedAt, method: 'GET', path: '/', userAgent: 'curl/8.0', status: 200 };
  return `
The log analytics pipeline is ready.

  Listening   ${baseUrl}
  Dashboard   ${baseUrl}/
  Data        ${dataDirectory}
  Stop        Ctrl-C

Send a batch, then read its counts:

  curl ${baseUrl}/logs -H 'x-customer-id: cus-axon' -H 'content-type: application/json' \\
    -d '[${JSON.stringify(entry)}]'

  curl '${baseUrl}/aggregates?window=minute' -H 'x-customer-id: cus-axon'
`;
}
