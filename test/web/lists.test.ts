import { describe, expect, it } from 'vitest';
import { parseTotal } from '../../web/api/answers.ts';
import { addUpBetween, sumOfCourse } from '../../web/figures/course.ts';
import { failuresOf } from '../../web/figures/failures.ts';
import { compareKeys, keyLists, keyRowsOf, listedKeys } from '../../web/figures/key-lists.ts';
import { matchingRows, orderAfter, orderOf, pageOf, sortOf } from '../../web/figures/list-page.ts';
import { readDetail, writeDetail } from '../../web/state/detail.ts';
import { changeList, listState, readLists, writeLists } from '../../web/state/list-state.ts';
import { initialView, readView, viewAfter, writeView } from '../../web/state/url-state.ts';
import { describeNotCounted } from '../../web/text/details.ts';
import { describeListedKeys, nameKeys } from '../../web/text/listed-keys.ts';
import { formatBytes, formatMilliseconds } from '../../web/text/measures.ts';
import { openPageSummary, pageSummary } from '../../web/text/page-summary.ts';

const total = (fields: object = {}) =>
  parseTotal({
    requests: 100,
    customerId: 'cus-axon',
    topPaths: [],
    topUserAgents: [
      { key: 'curl', requests: 60 },
      { key: 'Chrome', requests: 30 },
    ],
    topStatuses: [
      { key: '200', requests: 80 },
      { key: '404', requests: 15 },
    ],
    topErrorPaths: [
      { key: '404 GET /a', requests: 10 },
      { key: '404 GET /b', requests: 2 },
    ],
    ...fields,
  });
const listNamed = (name: string) => {
  const list = keyLists.find((each) => each.name === name);
  if (list === undefined) throw new Error(`There is no list ${name}.`);
  return list;
};

describe('the state of lists in an address', () => {
  it.each([
    '?customer=cus-axon&period=7d&paths.search=a+b&paths.sort=errors&paths.page=3&detail=path:GET+%2Fx%3Fa%3Db',
    '?show=customers&period=7d&customers.sort=-change',
  ])('is read as it was written: %s', (search) => {
    expect(writeView(readView(search))).toBe(search);
  });

  it.each(['paths.page=0', 'paths.page=x', 'paths.sort=a%20b', 'x.y.search=1', '__proto__.page=2'])(
    'leaves out what cannot be used: %s',
    (parameters) => {
      const written = new URLSearchParams();
      writeLists(readLists(new URLSearchParams(parameters)), written);
      expect(written.toString()).toBe('');
    },
  );

  it('begins on the first page after another search or order', () => {
    const onThird = changeList({}, 'paths', { page: 3 });
    expect(listState(changeList(onThird, 'paths', { search: 'x' }), 'paths')).toEqual({
      search: 'x',
      sort: '',
      page: 1,
    });
    expect(listState(onThird, 'agents').page).toBe(1);
  });

  it('keeps searches for another period, and forgets them and the details for another customer', () => {
    const detail = { dimension: 'status', key: '404' } as const;
    const lists = {
      paths: { search: 'x', sort: '', page: 2 },
      customers: { search: 'c', sort: '', page: 2 },
    };
    const view = { ...initialView, customer: 'a', lists, detail };
    const later = viewAfter(view, { period: { kind: 'preset', preset: '7d' } });
    expect(later.lists.paths).toEqual({ search: 'x', sort: '', page: 1 });
    expect(later.detail).toBeUndefined();
    expect(viewAfter(view, { customer: 'b' }).lists).toEqual({ customers: lists.customers });
  });

  it('forgets the list within details when other details are opened', () => {
    const view = { ...initialView, lists: { failures: { search: 'x', sort: '', page: 2 } } };
    expect(viewAfter(view, { detail: { dimension: 'status', key: '404' } }).lists).toEqual({});
  });

  it('has details whose key is any text', () => {
    const detail = { dimension: 'path', key: 'GET /a:b c' } as const;
    expect(readDetail(writeDetail(detail))).toEqual(detail);
    expect(['', 'x:y', 'path:', 'path', `path:${'x'.repeat(5_000)}`].map(readDetail)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });
});

describe('a page of a list', () => {
  const columns = ['key', 'requests'];
  const by = (sort: string) => orderOf({ search: '', sort, page: 1 }, columns, 'requests');

  it('is in the order of the address, and in its own one otherwise', () => {
    expect(by('-key')).toEqual({ column: 'key', isReversed: true });
    expect(by('-requests')).toEqual({ column: 'requests', isReversed: true });
    expect(by('height')).toEqual({ column: 'requests', isReversed: false });
  });

  it('turns its order around when its column is chosen again, if it can', () => {
    expect(orderAfter('key', by('key'), true)).toEqual({ column: 'key', isReversed: true });
    expect(orderAfter('key', by('-key'), true)).toEqual({ column: 'key', isReversed: false });
    expect(orderAfter('key', by('key'), false)).toEqual({ column: 'key', isReversed: false });
    expect([by('-key'), by('requests'), by('-requests')].map((order) => sortOf(order, 'requests'))).toEqual([
      '-key',
      '',
      '-requests',
    ]);
  });

  it('has the rows that contain the text, and is the last one if there are fewer', () => {
    const rows = ['b', 'A1', 'a2', 'c'].map((key, requests) => ({ key, requests }));
    const options = { textOf: ({ key }: { key: string }) => key, compare: compareKeys };
    expect(matchingRows(rows, ' A ', by('key'), options).map(({ key }) => key)).toEqual(['A1', 'a2']);
    expect(matchingRows(rows, '', by('-requests'), options).map(({ key }) => key)).toEqual([
      'b',
      'A1',
      'a2',
      'c',
    ]);
    const page = pageOf(rows, 9, 3);
    expect(page).toEqual({ rows: rows.slice(3), start: 3, total: 4, page: 2, pages: 2 });
    expect(pageSummary(page, 4)).toBe('4–4 of 4');
    expect(pageSummary(pageOf([], 1, 3), 4)).toBe('0, found in 4');
    expect(openPageSummary(20, 20, 200, true)).toBe('21–40 of more than 200');
  });
});

describe('the rest of a list', () => {
  it('is (other), or the requests without the fact', () => {
    const restOf = (name: string, top = 1_000) => keyRowsOf(listNamed(name), total(), top)?.at(-1);
    expect(restOf('agents')).toEqual({ key: '(other)', requests: 10, isRest: true });
    expect(restOf('statuses')).toEqual({ key: '(no status)', requests: 5, isRest: true });
    expect(restOf('statuses', 2)?.key).toBe('(other) or (no status)');
    expect(restOf('errorpaths')).toEqual({ key: '(other)', requests: 3, isRest: true });
  });

  it('tells how many keys are listed where there are others', () => {
    const listed = (name: string, top = 1_000, fields = {}) =>
      listedKeys(listNamed(name), total(fields), top);
    expect([listed('agents'), listed('errorpaths'), listed('statuses', 2)]).toEqual([2, 2, 2]);
    expect([listed('statuses'), listed('agents', 2, { requests: 90 })]).toEqual([undefined, undefined]);
    expect(describeListedKeys(nameKeys('user agents', 1_000))).toBe(
      'Only the 1,000 largest user agents are listed and searched. (other) has the rest.',
    );
  });

  it('is absent where the keys account for all requests', () => {
    const rows = keyRowsOf(listNamed('agents'), total({ requests: 90 }), 1_000);
    expect(rows?.map(({ key }) => key)).toEqual(['curl', 'Chrome']);
  });

  it('is not known while the keys are loading', () => {
    const loading = total({ topErrorPaths: undefined });
    expect(keyRowsOf(listNamed('errorpaths'), loading, 1_000)).toBeUndefined();
    expect(failuresOf({ dimension: 'status', key: '404' }, loading, undefined)).toBeUndefined();
    expect(keyRowsOf(listNamed('agents'), loading, 1_000)).toHaveLength(3);
  });
});

describe('failures', () => {
  it('of a status are its paths, and of a path its statuses, with what is not listed', () => {
    expect(failuresOf({ dimension: 'status', key: '404' }, total(), undefined)).toEqual([
      { key: 'GET /a', requests: 10, isRest: false },
      { key: 'GET /b', requests: 2, isRest: false },
      { key: '(other)', requests: 3, isRest: true },
    ]);
    expect(failuresOf({ dimension: 'path', key: 'GET /a' }, total(), 11)).toEqual([
      { key: '404', requests: 10, isRest: false },
      { key: '(other)', requests: 1, isRest: true },
    ]);
    expect(failuresOf({ dimension: 'path', key: 'GET /a' }, total(), undefined)).toHaveLength(1);
  });
});

describe('the course of a key', () => {
  const window = (start: number, requests: number, more: object = {}) => ({
    start,
    requests,
    isKnown: true,
    ...more,
  });

  it('adds up windows between edges, and its mean over requests with a duration', () => {
    const buckets = addUpBetween(
      [0, 10, 20, 30],
      [
        window(15, 4, { errors: 1, bytes: 10, durationMs: 40, meanMs: 20 }),
        window(0, 2, { errors: 0, bytes: 5, durationMs: 0, meanMs: 0 }),
        window(10, 1),
      ],
    );
    expect(buckets.map(({ requests }) => requests)).toEqual([2, 5, 0]);
    expect(sumOfCourse(buckets)).toEqual({ requests: 7, errors: 1, bytes: 15, meanMs: 10, unknown: 0 });
  });

  it('says where a key is not known', () => {
    const buckets = addUpBetween([0, 10, 20], [{ start: 0, requests: 0, isKnown: false }, window(10, 1)]);
    expect(buckets.map(({ isKnown }) => isKnown)).toEqual([false, true]);
    expect(sumOfCourse(buckets)).toMatchObject({ bytes: undefined, meanMs: undefined, unknown: 1 });
  });
});

describe('texts of lists', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [999_600, '1 MB'],
    [1_234_567_890, '1.23 GB'],
  ])('format %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.5, '0.5 ms'],
    [123.45, '123 ms'],
    [999.9, '1 s'],
    [86_400_000, '86,400 s'],
  ])('format %d ms as %s', (milliseconds, text) => {
    expect(formatMilliseconds(milliseconds)).toBe(text);
  });

  it('say what is not counted together with a key', () => {
    const said = (dimension: 'path' | 'status' | 'agent', key: string) =>
      describeNotCounted({ dimension, key });
    expect(said('status', '404')).toContain('who got 404');
    expect(said('status', '200')).toContain('which paths answered 200');
    expect(said('agent', 'curl')).toContain('not counted by user agent');
    expect(said('path', 'GET /')).toContain('who requested this path');
  });
});
