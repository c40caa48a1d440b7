import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  connect,
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
} from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { countedRequests, countedWindows, entry, metric, postLogs } from '../e2e/requests.ts';
import { useBrowser } from './browser.ts';
import { hostilePage, type Outcomes } from './hostile-page.ts';

const emulator = useEmulator({ env: { ALLOWED_HOSTS: 'pipeline.example' } });
/** The names of an attacker and of ours; all of them resolve to this machine. */
const rules = 'MAP rebound.example 127.0.0.2, MAP *.example 127.0.0.1';
const browser = useBrowser([`--host-resolver-rules=${rules}`]);

const period = 'from=2025-12-28T18:00Z&to=2025-12-28T20:00Z';
const attacker = createServer((request, response) => {
  const [, path = ''] = (request.url ?? '').split('/');
  response.setHeader('content-type', 'text/html').end(path === 'link' ? linkPage() : attack(path));
});

beforeAll(async () => {
  attacker.listen(0, '127.0.0.1');
  await once(attacker, 'listening');
  await postLogs(emulator, { customerId: 'cus-victim', body: [entry] });
  await countedRequests(emulator, 'cus-victim');
});
afterAll(() => {
  attacker.closeAllConnections();
  attacker.close();
});

const attackerPort = () => (attacker.address() as AddressInfo).port;
const port = () => emulator.baseUrl.port;

/** Returns a page that attacks the emulator under this name. */
function attack(host: string): string {
  return hostilePage({
    http: `http://${host}:${port()}`,
    lambda: `http://${host}:${emulator.lambdaUrl.port}`,
    batch: JSON.stringify([entry]),
  });
}

/**
 * Starts a server on the first address of a name, which answers with a page and forwards every later connection to
 * the emulator, as if the name got the emulator's address.
 */
async function rebindingServer(): Promise<NetServer> {
  const pages = createServer((_request, response) => {
    response.setHeader('connection', 'close').setHeader('content-type', 'text/html');
    response.end(attack('rebound.example'));
  });
  let isRebound = false;
  const server = createNetServer((socket) => {
    if (!isRebound) pages.emit('connection', socket);
    else socket.pipe(connect({ host: emulator.baseUrl.hostname, port: Number(port()) })).pipe(socket);
    socket.once('data', () => (isRebound = true)).on('error', () => socket.destroy());
  });
  server.listen(Number(port()), '127.0.0.2');
  await once(server, 'listening');
  return server;
}

/** Returns a page with links to the dashboard, and to other routes. */
function linkPage(): string {
  return ['localhost', '127.0.0.1', 'pipeline.example', 'evil.example']
    .flatMap((host) => [
      `<a id="${host}" href="http://${host}:${port()}/?customer=cus-victim&${period}">dashboard</a>`,
      `<a id="${host}/customers" href="http://${host}:${port()}/customers">customers</a>`,
    ])
    .join('');
}

async function outcomesOf(page: Page): Promise<Outcomes> {
  await page.waitForFunction('window.outcomes');
  return page.evaluate<Outcomes>('window.outcomes');
}

/** Returns what the page could see, by attempt. */
function seenIn(outcomes: Outcomes): [string, string][] {
  return Object.entries(outcomes).filter(([, outcome]) => outcome !== 'nothing');
}

/** Returns how often functions have run for reads, and what they have written. */
async function done(): Promise<{ reads: number[]; writes: number[] }> {
  const requests = (route: string) =>
    metric(emulator, 'log_analytics_http_requests_total', `route="${route}"`);
  return {
    reads: await Promise.all(['GET /customers', 'GET /aggregates'].map(requests)),
    writes: await Promise.all([
      metric(emulator, 'log_analytics_batches_ingested_total'),
      metric(emulator, 'log_analytics_partials_consumed_total'),
      requests('POST /logs'),
    ]),
  };
}

/** Ignores a remark that Chromium makes about any site without TLS. */
const isNoRemark = (complaint: string) =>
  !complaint.startsWith('The Cross-Origin-Opener-Policy header has been ignored');

async function isShown(page: Page): Promise<void> {
  await page.locator('main[data-state=ready] .report[aria-busy=false]').waitFor();
  await expect.poll(() => page.locator('#requests').innerText()).toBe('1');
}

describe('a hostile page', () => {
  it.each([
    ['of another site', 'evil.example', 'localhost'],
    ['of another site', 'evil.example', '127.0.0.1'],
    ['on another port of this machine', 'localhost', 'localhost'],
    ['on another port of this machine', '127.0.0.1', '127.0.0.1'],
  ])('%s (%s, to %s) reads nothing, writes nothing and invokes nothing', async (_name, from, to) => {
    const before = await done();
    const { page } = await browser.open(`http://${from}:${attackerPort()}/${to}`);
    const outcomes = await outcomesOf(page);
    expect(Object.keys(outcomes)).toHaveLength(14);
    expect(seenIn(outcomes)).toEqual([]);
    expect(await done()).toEqual(before);
    expect(await countedWindows(emulator, 'cus-evil')).toEqual([]);
  });

  it('writes and sees nothing under a name for which browsers do not send the origin of a request', async () => {
    const before = await done();
    const { page } = await browser.open(`http://evil.example:${attackerPort()}/pipeline.example`);
    expect(seenIn(await outcomesOf(page))).toEqual([]);
    expect((await done()).writes).toEqual(before.writes);
    expect(await countedWindows(emulator, 'cus-evil')).toEqual([]);
  });

  it('whose name now resolves to this machine reads, writes and invokes nothing more', async () => {
    const before = await done();
    const rebinding = await rebindingServer();
    const { page } = await browser.open(`http://rebound.example:${port()}/page`);
    const outcomes = await outcomesOf(page);
    rebinding.close();
    // From its own site the page only sees the refusal.
    const isRefusal = ([, outcome]: [string, string]) => /^saw .*"errorCode":"API_1004"/.test(outcome);
    expect(seenIn(outcomes).filter((each) => !isRefusal(each))).toEqual([]);
    expect(seenIn(outcomes).filter(isRefusal)).toHaveLength(1);
    expect(await done()).toEqual(before);
    expect(await countedWindows(emulator, 'cus-evil')).toEqual([]);
  });

  it('cannot show the dashboard in a frame', async () => {
    const { page } = await browser.open(`http://evil.example:${attackerPort()}/link`);
    await page.evaluate(`document.body.append(Object.assign(document.createElement('iframe'), {
      src: 'http://localhost:${port()}/?customer=cus-victim',
    }))`);
    await page
      .waitForResponse((response) => response.url().startsWith(emulator.baseUrl.origin))
      .catch(() => undefined);
    expect(
      await page
        .frames()[1]
        ?.locator('main')
        .count()
        .catch(() => 0),
    ).toBe(0);
  });
});

describe('the dashboard', () => {
  it.each(['localhost', '127.0.0.1', 'pipeline.example'])('works at %s', async (host) => {
    const { page, complaints } = await browser.open(
      `http://${host}:${port()}/?customer=cus-victim&${period}`,
    );
    await isShown(page);
    expect(complaints.filter(isNoRemark)).toEqual([]);
    await page.reload();
    await isShown(page);
  });

  it.each(['localhost', '127.0.0.1', 'pipeline.example'])(
    'is shown by a link of another site to %s',
    async (host) => {
      const { page, complaints } = await browser.open(`http://evil.example:${attackerPort()}/link`);
      await page.click(`[id="${host}"]`);
      await isShown(page);
      await page.reload();
      await isShown(page);
      expect(complaints.filter(isNoRemark)).toEqual([]);
    },
  );

  it.each(['localhost/customers', '127.0.0.1/customers', 'evil.example', 'evil.example/customers'])(
    'is all that such a link shows: %s is not',
    async (link) => {
      const { page } = await browser.open(`http://evil.example:${attackerPort()}/link`);
      const [answer] = await Promise.all([page.waitForNavigation(), page.click(`[id="${link}"]`)]);
      expect(answer?.status()).toBe(403);
      await expect.poll(() => page.textContent('body')).toContain('API_1004');
    },
  );
});
