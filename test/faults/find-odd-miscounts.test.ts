import { expect, it } from 'vitest';
import type { HttpClient } from '../../client/http-client.ts';
import { findOddMiscounts } from './find-odd-miscounts.ts';
import type { SentOddBody } from './odd-bodies.ts';

const windowStart = '2025-12-28T18:03:00Z';
const entry = {
  receivedAt: '2025-12-28T18:03:07Z',
  method: 'get',
  path: ' /a ',
  userAgent: '-',
  status: '200',
};
const body = (value: unknown) => ({ bytes: Buffer.from(JSON.stringify(value)), isLines: false });
const taken: SentOddBody = {
  customerId: 'cus-odd',
  batchId: 'taken',
  body: body([entry, entry]),
  isAccepted: true,
};
const refused: SentOddBody = {
  customerId: 'cus-odd',
  batchId: 'refused',
  body: body([{ ...entry, path: '' }]),
  isAccepted: false,
};
const exact = {
  windowStart,
  requests: 2,
  requestsByPath: { 'GET /a': 2 },
  requestsByUserAgent: { Other: 2 },
  requestsByStatus: { '200': 2 },
};

/** Creates a pipeline that answers with these windows. */
const answering = (...windows: readonly object[]): HttpClient => ({
  request: async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ windows })) }),
  close: () => {},
});
const find = (sent: readonly SentOddBody[], ...windows: readonly object[]) =>
  findOddMiscounts(answering(...windows), sent, new Set(sent.filter(({ isAccepted }) => isAccepted)));

it('finds nothing if readable bodies were accepted and are counted once', async () => {
  expect(await find([taken, refused], exact)).toEqual([]);
});

it('counts the same body again if it was sent again', async () => {
  const twice = [taken, { ...taken, batchId: 'again' }];
  expect((await find(twice, exact)).join()).toContain('"requests":2');
});

it.each([
  [
    'a body that was accepted and cannot be read',
    [{ ...refused, isAccepted: true }],
    [],
    'refused was accepted',
  ],
  ['a body that was refused and can be read', [{ ...taken, isAccepted: false }], [], 'taken was refused'],
  ['a body that is not counted', [taken], [], `${windowStart}: is undefined, should be {`],
  [
    'a key that no body has',
    [taken],
    [{ ...exact, requestsByPath: { 'GET /a': 1, 'GET /b': 1 } }],
    '"GET /b":1},',
  ],
  [
    'a window that no body has',
    [taken],
    [exact, { ...exact, windowStart: '2025-12-28T18:04:00Z' }],
    'undefined',
  ],
])('finds %s', async (_what, sent, windows, problem) => {
  expect((await find(sent, ...windows)).join('\n')).toContain(problem);
});

it.each([
  [taken, new Set<SentOddBody>(), 'taken was accepted and is gone'],
  [refused, new Set([refused]), 'refused was refused and is stored'],
])('finds a difference between the stored and the accepted bodies', async (sent, stored, problem) => {
  expect(await findOddMiscounts(answering(), [sent], stored)).toContain(problem);
});
