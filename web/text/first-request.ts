/** Returns a command that sends an entry of this second, so that its batch is new. */
export function firstRequest({
  origin,
  customer,
  needsKey,
  now,
}: {
  readonly origin: string;
  readonly customer: string | undefined;
  readonly needsKey: boolean;
  readonly now: number;
}): string {
  const receivedAt = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const entry = { receivedAt, method: 'GET', path: '/', userAgent: 'curl/8.0', status: 200 };
  const who = needsKey ? 'authorization: Bearer YOUR-API-KEY' : `x-customer-id: ${customer ?? 'cus-axon'}`;
  return [
    `curl ${origin}/logs \\`,
    `  -H '${who}' \\`,
    `  -H 'content-type: application/json' \\`,
    `  -d '[${JSON.stringify(entry)}]'`,
  ].join('\n');
}
