import { queryHandler } from '../../../handlers/query.ts';
import { countAll, httpEvent, type TestApp } from '../app.ts';

/** Counts everything emitted so far, and returns the requests of a customer by path. */
export async function countedPaths(testing: TestApp, customer = 'cus-axon'): Promise<Record<string, number>> {
  await countAll(testing);
  const query = { window: 'minute', from: '2025-12-28T18:00:00Z', to: '2025-12-28T19:00:00Z' };
  const event = httpEvent('GET', '/aggregates', { query, headers: { 'x-customer-id': customer } });
  const { body = '' } = await queryHandler(async () => testing.app)(event);
  const { windows } = JSON.parse(body) as { windows: { requestsByPath: Record<string, number> }[] };
  const paths: Record<string, number> = {};
  for (const { requestsByPath } of windows) {
    for (const [path, requests] of Object.entries(requestsByPath)) {
      paths[path] = (paths[path] ?? 0) + requests;
    }
  }
  return paths;
}
