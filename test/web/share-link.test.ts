import { describe, expect, it } from 'vitest';
import { makeLink } from '../../web/api/make-link.ts';
import {
  addressOfLink,
  hasSharedLink,
  leaveSharedLink,
  takeSharedLink,
  type Tab,
} from '../../web/state/share-link.ts';
import { describeEnd, describeLink } from '../../web/text/share-link.ts';

const macs = `${'0a'.repeat(16)}_${'1b'.repeat(16)}`;
const token = `las_1767550320_none_Y3VzLWF4b24_${macs}`;
const until = Date.UTC(2026, 0, 4, 18, 12);

/** A tab at an address; it shows its history as a user sees it. */
function tabAt(address: string, stored = new Map<string, string>()) {
  const url = new URL(address, 'http://localhost:3000');
  const entries = [url.href];
  const tab: Tab = {
    location: url,
    history: {
      state: null,
      replaceState: (_state, _unused, to) => entries.splice(-1, 1, new URL(String(to), url).href),
    },
    storage: {
      getItem: (name) => stored.get(name) ?? null,
      setItem: (name, value) => void stored.set(name, value),
      removeItem: (name) => void stored.delete(name),
    },
  };
  return { tab, entries, stored };
}

describe('a tab', () => {
  it('takes a link from its address in place, and a reload finds it', () => {
    const { tab, entries, stored } = tabAt(`/?period=7d#share=${token}`);
    const link = { token, customer: 'cus-axon', until };
    expect(takeSharedLink(tab)).toEqual(link);
    expect(entries).toEqual(['http://localhost:3000/?period=7d']);
    expect(takeSharedLink(tabAt('/?period=7d', stored).tab)).toEqual(link);
  });

  it('has no link of another tab', () => {
    expect(takeSharedLink(tabAt('/?period=7d').tab)).toBeUndefined();
    expect(takeSharedLink(tabAt('/#main').tab)).toBeUndefined();
  });

  it('prefers the link in its address', () => {
    const { stored } = tabAt('/', new Map([['share-link', 'las_1_none_YQ_x']]));
    expect(takeSharedLink(tabAt(`/#share=${token}`, stored).tab)?.token).toBe(token);
  });

  it('forgets its link', () => {
    const { tab, stored } = tabAt(`/#share=${token}`);
    takeSharedLink(tab);
    leaveSharedLink(tab.storage);
    expect([...stored]).toEqual([]);
  });

  it.each(['las_', token.slice(0, -1), '', 'ä\r\nx-customer-id: cus-other', '<script>'])(
    'shows nothing else where its link is damaged, and sends no such text: %j',
    (damaged) => {
      const { tab } = tabAt(`/#share=${encodeURIComponent(damaged)}`);
      const link = takeSharedLink(tab);
      expect(link).toMatchObject({ customer: undefined, until: undefined });
      expect(() => new Headers({ authorization: `Bearer ${link?.token}` })).not.toThrow();
      expect(link?.token).toMatch(/^las_/); // so that the pipeline refuses it, and does not look at the header
    },
  );

  it('knows a link that is opened while the page is shown', () => {
    expect(hasSharedLink(`#share=${token}`)).toBe(true);
    expect(hasSharedLink('#share=')).toBe(true);
    expect(hasSharedLink('#main')).toBe(false);
    expect(hasSharedLink('')).toBe(false);
  });

  it('reads an address as it was made', () => {
    const address = addressOfLink('http://localhost:3000/', '?period=7d', token);
    expect(address).toBe(`http://localhost:3000/?period=7d#share=${token}`);
    expect(takeSharedLink(tabAt(address).tab)?.token).toBe(token);
  });
});

describe('the words for a link', () => {
  const zone = 'Europe/Berlin';
  const link = { token, customer: 'cus-axon', until };

  it('say whose traffic it shows, and until when', () => {
    expect(describeLink(link, zone)).toBe('Traffic of cus-axon. Shared, read-only, until 4 Jan 2026, 19:12.');
  });

  it('say plainly that it has expired, or does not work', () => {
    expect(describeEnd(link, until - 1, zone).title).toBe('This link does not work');
    expect(describeEnd(link, until, zone)).toEqual({
      title: 'This link has expired',
      text: 'It showed this dashboard until 4 Jan 2026, 19:12. Ask whoever sent it for a new one.',
    });
    expect(describeEnd({ ...link, until: undefined }, until, zone).title).toBe('This link does not work');
  });
});

describe('a request for a link', () => {
  const request = { baseUrl: 'http://localhost:3000/', apiKey: 'lap_1', customer: 'cus-axon', seconds: 60 };
  const answer = (status: number, body: unknown) => async () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });

  it('has the key, the customer and the time', async () => {
    const sent: Request[] = [];
    const made = await makeLink(request, async (input, init) => {
      sent.push(new Request(input, init));
      return answer(201, { token, customerId: 'cus-axon', expiresAt: '2026-01-04T18:12:00.000Z' })();
    });
    expect(made).toEqual({ token, customer: 'cus-axon', until });
    const [{ url, method, headers } = expect.fail('nothing was sent')] = sent;
    expect([url, method]).toEqual(['http://localhost:3000/shares', 'POST']);
    expect([headers.get('authorization'), headers.get('x-customer-id')]).toEqual([
      'Bearer lap_1',
      'cus-axon',
    ]);
    expect(await sent[0]?.json()).toEqual({ expiresInSeconds: 60 });
  });

  it.each([
    ['the pipeline’s reason', answer(403, { errorDescription: 'Ask the operator.' }), 'Ask the operator.'],
    ['the status of a gateway', answer(403, { message: 'Forbidden' }), 'with status 403'],
    ['a page of a proxy', answer(502, '<html>'), 'with status 502'],
    ['an answer without a link', answer(201, { token }), 'no link'],
    ['an answer that is no object', answer(201, null), 'no link'],
    ['no answer', () => Promise.reject(new TypeError('fetch failed')), 'did not answer'],
  ])('fails with %s', async (_, fetchFrom, message) => {
    await expect(makeLink(request, fetchFrom)).rejects.toThrow(message);
  });
});
