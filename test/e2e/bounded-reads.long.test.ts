import { beforeAll, expect, it } from 'vitest';
import { useEmulator } from './emulator.ts';
import { flood, tally, type FloodRequest } from './flood.ts';
import { countedRequests, entry, json, postLogs } from './requests.ts';

const emulator = useEmulator();
const minutes = 960;
const from = '2025-12-27T00:30:00Z';
const to = '2025-12-27T16:30:00Z';

/** Requests the minutes of a day. */
function askForMinutes(customerId: string, range: Readonly<Record<string, string>> = {}): FloodRequest {
  const query = new URLSearchParams({ window: 'minute', from, to, limit: '1000', ...range }).toString();
  return { method: 'GET', path: `/aggregates?${query}`, headers: { 'x-customer-id': customerId } };
}

beforeAll(async () => {
  const start = Date.parse(from);
  const body = Array.from({ length: minutes * 5 }, (_, n) => ({
    ...entry,
    receivedAt: new Date(start + (n % minutes) * 60_000).toISOString(),
    path: `/page-${n % 50}`,
  }));
  for (const customerId of ['cus-greedy', 'cus-good']) {
    await postLogs(emulator, { customerId, body });
    await countedRequests(emulator, customerId);
  }
});

it('answers others while one customer asks for far more than there is time for', async () => {
  let isFlooded = true;
  const flooding = flood(
    emulator.baseUrl,
    Array.from({ length: 120 }, () => askForMinutes('cus-greedy')),
  ).then((outcomes) => {
    isFlooded = false;
    return outcomes;
  });

  const small = askForMinutes('cus-good', { to: '2025-12-27T00:35:00Z' });
  for (let n = 0; n < 5; n++) {
    const [answer] = await flood(emulator.baseUrl, [small]);
    expect(answer).toMatchObject({ status: 200 });
    const posted = await postLogs(emulator, { customerId: 'cus-good', body: [{ ...entry, path: `/${n}` }] });
    expect(posted.status).toBe(202);
  }
  expect(isFlooded).toBe(true); // all of that while the flood went on

  const outcomes = await flooding;
  const { 200: answered = 0, 503: refused = 0, ...others } = tally(outcomes);
  expect(others).toEqual({});
  expect(answered).toBeGreaterThanOrEqual(66); // those that may run and wait
  expect(refused).toBeGreaterThan(0);
  for (const outcome of outcomes) {
    if ('failed' in outcome || outcome.status !== 503) continue;
    expect(outcome.headers['retry-after']).toBe('1');
    expect(JSON.parse(outcome.body)).toMatchObject({ errorCode: 'API_1002' });
  }
});

it('answers all that a dashboard asks at once', async () => {
  const ranges = ['00:31', '01:00', '02:00', '03:00', '04:00', '05:00', '06:00', '07:00'];
  const requests = ranges.map((end) => askForMinutes('cus-good', { to: `2025-12-27T${end}:00Z` }));
  expect(tally(await flood(emulator.baseUrl, requests))).toEqual({ 200: ranges.length });
  expect(json(await emulator.http.request('/health'))).toBeDefined();
});
