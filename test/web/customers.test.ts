import { describe, expect, it } from 'vitest';
import { createClient } from '../../web/api/client.ts';
import { createCustomerNames } from '../../web/api/customer-names.ts';
import { loadCustomerTotals } from '../../web/api/load-customer-totals.ts';
import { compareCustomers, customerDays, customerRows } from '../../web/figures/customers.ts';
import { matchingCustomers } from '../../web/figures/find-customers.ts';
import { describeCustomerDays } from '../../web/text/customer-days.ts';

const at = (text: string): number => Date.parse(text);
const days = (from: string, to: string) => ({ from: at(`${from}T00:00Z`), to: at(`${to}T00:00Z`) });
const total = (customer: string, requests: number, errors = 0) => ({
  customer,
  requests,
  errors,
  firstSeen: 0,
  lastSeen: requests,
});

describe('the days of the list of customers', () => {
  const now = at('2025-12-28T18:03Z');

  it.each([
    [
      'a range of the past',
      ['2025-12-20', '2025-12-22'],
      ['2025-12-20', '2025-12-22'],
      ['2025-12-18', '2025-12-20'],
    ],
    [
      'a range with today',
      ['2025-12-26', '2025-12-29'],
      ['2025-12-26', '2025-12-28'],
      ['2025-12-24', '2025-12-26'],
    ],
    ['today alone', ['2025-12-28', '2025-12-29'], ['2025-12-27', '2025-12-28'], ['2025-12-26', '2025-12-27']],
  ] as const)('compare days that are over: %s', (_name, shown, current, previous) => {
    expect(customerDays(days(shown[0], shown[1]), now)).toEqual({
      shown: days(shown[0], shown[1]),
      current: days(current[0], current[1]),
      previous: days(previous[0], previous[1]),
    });
  });

  it('are whole days of UTC', () => {
    const range = { from: at('2025-12-26T23:00Z'), to: at('2025-12-27T01:00Z') };
    expect(customerDays(range, now).shown).toEqual(days('2025-12-26', '2025-12-28'));
  });

  it('are the last seven for all requests, since there is nothing before those', () => {
    const { current } = customerDays(days('2025-01-01', '2025-12-29'), now, true);
    expect(current).toEqual(days('2025-12-21', '2025-12-28'));
  });

  it('are named below the list', () => {
    const text = describeCustomerDays(
      customerDays(days('2025-12-26', '2025-12-29'), now),
      at('2025-12-28T18:03:00Z'),
      now,
      'UTC',
    );
    expect(text).toMatch(/^Requests of 26.*28 Dec 2025, in whole days of UTC\. /);
    expect(text).toMatch(/Counted through 18:03:00\.$/);
    expect(
      describeCustomerDays(customerDays(days('2025-12-26', '2025-12-29'), now), null, now, 'UTC'),
    ).toContain('Not known yet');
  });
});

describe('the rows of customers', () => {
  const rows = customerRows(
    [total('big', 100, 50), total('new', 10), total('same', 10)],
    [total('big', 90), total('new', 10), total('same', 10)],
    [total('big', 30), total('same', 10), total('silent', 7)],
  );
  const inOrderOf = (column: string) =>
    rows.toSorted(compareCustomers(column)).map(({ customer }) => customer);

  it('have a customer that fell silent', () => {
    expect(rows.at(-1)).toMatchObject({ customer: 'silent', requests: 0, current: 0, previous: 7 });
  });

  it('are sorted by each column', () => {
    expect(inOrderOf('requests')).toEqual(['big', 'new', 'same', 'silent']);
    expect(inOrderOf('change')).toEqual(['new', 'big', 'same', 'silent']);
    expect(inOrderOf('errors')[0]).toBe('big');
    expect(inOrderOf('seen')[0]).toBe('big');
    expect(inOrderOf('key')).toEqual(['big', 'new', 'same', 'silent']);
  });

  it('of equal changes are sorted by requests', () => {
    const fresh = customerRows([total('a', 1), total('b', 9)], [total('a', 1), total('b', 9)], []);
    expect(fresh.toSorted(compareCustomers('change')).map(({ customer }) => customer)).toEqual(['b', 'a']);
  });

  it('do not know the change before the days to compare are loaded', () => {
    expect(customerRows([total('a', 1)], undefined, undefined)[0]).toMatchObject({
      current: undefined,
      previous: undefined,
    });
  });
});

describe('matchingCustomers', () => {
  it('begins with the one of that name, then those that begin with it', () => {
    const found = matchingCustomers(['x-shop', 'Shop-a', 'SHOP', 'other'], ' shop ');
    expect(found).toEqual({ customers: ['SHOP', 'Shop-a', 'x-shop'], more: 0 });
  });

  it('lists some of thousands, and counts the others', () => {
    const names = Array.from({ length: 5_000 }, (_, index) => `cus-${index}`);
    const found = matchingCustomers(names, '');
    expect([found.customers.length, found.more]).toEqual([50, 4_950]);
  });
});

describe('customers of the API', () => {
  const { signal } = new AbortController();
  const clientOf = (answerTo: (url: URL) => object) => {
    const asked: URL[] = [];
    const client = createClient({
      baseUrl: 'http://localhost/',
      apiKey: () => undefined,
      fetch: async (input) => {
        if (!(input instanceof URL)) throw new Error('The client asks for a URL.');
        const url = input;
        asked.push(url);
        return Response.json(answerTo(url));
      },
    });
    return { client, asked };
  };
  const answered = (customerId: string, requests: number) => ({
    customerId,
    requests,
    errors: 0,
    firstWindow: '2025-12-28T18:03:00Z',
    lastWindow: '2025-12-28T18:03:00Z',
  });

  it('are read page by page, each of them shown, and nobody twice', async () => {
    const { client } = clientOf((url) =>
      url.searchParams.has('nextToken')
        ? { customers: [answered('a', 9), answered('c', 1)], countedThrough: null, complete: false }
        : {
            customers: [answered('a', 8), answered('b', 2)],
            countedThrough: null,
            complete: false,
            nextToken: 'x',
          },
    );
    const shown: number[] = [];
    const { customers } = await loadCustomerTotals({ from: 0, to: 1 }, client, signal, (totals) =>
      shown.push(totals.customers.length),
    );
    expect(customers.map(({ customer, requests }) => [customer, requests])).toEqual([
      ['a', 8],
      ['b', 2],
      ['c', 1],
    ]);
    expect(shown).toEqual([2]);
  });

  it('have names that are read again after a while, and for one that is missing', async () => {
    let now = 0;
    const { client, asked } = clientOf(() => ({ customers: ['a'] }));
    const names = createCustomerNames(client, () => now);
    const readsFor = async (needed: string | undefined) => {
      const before = asked.length;
      await names.read(needed, signal);
      return asked.length - before;
    };
    expect([await readsFor('a'), await readsFor('a'), await readsFor('b')]).toEqual([1, 0, 1]);
    now = 61_000;
    expect([await readsFor(undefined), await readsFor(undefined)]).toEqual([1, 0]);
    names.forget();
    expect(await readsFor('a')).toBe(1);
  });
});
