import { describe, expect, it } from 'vitest';
import { parseCustomerPage, parseTotal, parseWindowPage } from '../../web/api/answers.ts';
import { KeyRequired, NotReached, Refused } from '../../web/api/client.ts';
import { UnexpectedAnswer } from '../../web/api/fields.ts';
import { clientOf, json, none } from './answering-client.ts';

const { signal } = new AbortController();
const at = (text: string): number => Date.parse(text);

describe('the client', () => {
  it('names the caller, by customer and by key', async () => {
    const { client, asked } = clientOf(() => json({ customers: ['cus-axon'] }), 'key-1');
    const request = { path: 'aggregates', parameters: { window: 'hour' }, customer: 'cus-axon' };
    await client.get(request, (answer) => answer, signal);
    expect(asked[0]?.url).toBe('/aggregates?window=hour');
    expect(asked[0]?.headers.get('x-customer-id')).toBe('cus-axon');
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer key-1');
  });

  it('asks whether an answer has changed, and returns the same object if it has not', async () => {
    const { client, asked } = clientOf((_url, headers) =>
      headers.get('if-none-match') === '"1"'
        ? new Response(null, { status: 304 })
        : json(none, { headers: { etag: '"1"' } }),
    );
    const first = await client.get({ path: 'a' }, parseTotal, signal);
    expect(await client.get({ path: 'a' }, parseTotal, signal)).toBe(first);
    await client.get({ path: 'a', customer: 'cus-other' }, parseTotal, signal);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, '"1"', null]);
  });

  it('reads whole each time if the answer has values that a 304 does not repeat', async () => {
    let waiting = 3;
    const { client, asked } = clientOf(() =>
      json({ ...none, countedThrough: null, waiting: waiting-- }, { headers: { etag: '"1"' } }),
    );
    const read = async () => client.get({ path: 'a', isReadWhole: true }, parseTotal, signal);
    expect((await read()).progress?.waiting).toBe(3);
    expect((await read()).progress?.waiting).toBe(2);
    expect(asked.map(({ headers }) => headers.get('if-none-match'))).toEqual([null, null]);
  });

  it('distinguishes a missing key, an error, and no answer', async () => {
    const failureOf = (answer: Response | Error) =>
      clientOf(() => answer).client.get({ path: 'a' }, parseTotal, signal);
    await expect(failureOf(json({}, { status: 401 }))).rejects.toThrow(KeyRequired);
    await expect(failureOf(json({ errorDescription: 'Not now.' }, { status: 503 }))).rejects.toThrow(
      new Refused(503, 'Not now.'),
    );
    await expect(failureOf(new Response('<html>', { status: 502 }))).rejects.toThrow(Refused);
    await expect(failureOf(new TypeError('fetch failed'))).rejects.toThrow(NotReached);
    await expect(failureOf(json({ requests: -1 }))).rejects.toThrow(UnexpectedAnswer);
  });
});

describe('answers', () => {
  it.each([
    [parseTotal, { ...none, requests: 'many' }],
    [parseTotal, { ...none, topPaths: [{ key: 1, requests: 1 }] }],
    [parseTotal, { ...none, rejections: { since: 'lately', entries: 1, latest: [] } }],
    [parseTotal, { ...none, rejections: { since: '2025-12-28T18:00:00Z', entries: 1, latest: [{}] } }],
    [parseTotal, null],
    [parseCustomerPage, { customers: [{}] }],
    [parseWindowPage, { windows: [{ windowStart: 'noon', requests: 1 }] }],
    [parseWindowPage, { windows: {} }],
    [parseTotal, { ...none, countedThrough: 'lately' }],
    [parseTotal, { ...none, countedThrough: null, waiting: -1 }],
  ])('that break the contract are refused', (parse, answer) => {
    expect(() => parse(answer)).toThrow(UnexpectedAnswer);
  });
});

describe('the progress in an answer', () => {
  it('says how far entries are counted, and how many wait', () => {
    const countedThrough = '2025-12-28T18:03:07.250Z';
    expect(parseTotal({ ...none, countedThrough, waiting: 7, complete: false }).progress).toEqual({
      countedThrough: at(countedThrough),
      waiting: 7,
      isComplete: false,
    });
    expect(parseTotal({ ...none, countedThrough: null, complete: false }).progress).toEqual({
      countedThrough: null,
      waiting: undefined,
      isComplete: false,
    });
  });

  it('is absent in a version that does not report it, whatever it calls complete', () => {
    expect(parseTotal({ ...none, complete: true }).progress).toBeUndefined();
  });
});
