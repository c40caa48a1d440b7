import { expect, it } from 'vitest';
import type { HttpClient } from '../../commands/pipeline-client/http-client.ts';
import { findMiscounts } from './find-miscounts.ts';
import type { SentBatch } from './load.ts';

const minutes = ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z'];
const [first = '', second = ''] = minutes;

const batch = (batchId: string, isAccepted: boolean): SentBatch => ({
  customerId: 'cus-a',
  batchId,
  path: `/${batchId}`,
  entries: new Map([
    [first, 1],
    [second, 2],
  ]),
  isAccepted,
});
const [accepted, kept, lost] = [batch('accepted', true), batch('kept', false), batch('lost', false)] as const;
const stored = new Set([accepted, kept]);

const window = (windowStart: string, requestsByPath: Record<string, number>, batches: number) => ({
  windowStart,
  requests: Object.values(requestsByPath).reduce((sum, count) => sum + count, 0),
  requestsByPath,
  requestsByUserAgent: {},
  batches,
});
const exact = [
  window(first, { 'GET /accepted': 1, 'GET /kept': 1 }, 2),
  window(second, { 'GET /accepted': 2, 'GET /kept': 2 }, 2),
] as const;

/** A pipeline that answers these windows. */
const answering = (...windows: readonly object[]): HttpClient => ({
  request: async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ windows })) }),
  close: () => {},
});
const find = (...windows: readonly object[]) =>
  findMiscounts(answering(...windows), [accepted, kept, lost], stored, minutes);

it('finds nothing where what is stored is counted once, and nothing else', async () => {
  expect(await find(...exact)).toEqual([]);
});

it.each([
  ['is counted in one of its windows only', [exact[0]], 'GET /accepted": is 0, should be 2'],
  [
    'is counted twice',
    [window(first, { 'GET /accepted': 1, 'GET /kept': 2 }, 2), exact[1]],
    'GET /kept": is 2, should be 1',
  ],
  [
    'is counted though it is not stored',
    [window(first, { 'GET /accepted': 1, 'GET /kept': 1, 'GET /lost': 1 }, 2), exact[1]],
    'GET /lost": is 1, should be 0',
  ],
  [
    'was never sent',
    [window(first, { 'GET /accepted': 1, 'GET /kept': 1, 'GET /b': 1 }, 2), exact[1]],
    'GET /b": is 1, should be 0',
  ],
  ['is of another minute', [...exact, window('2025-12-28T18:05:00Z', {}, 0)], 'should not be there'],
  [
    'is there once more by number',
    [window(first, exact[0].requestsByPath, 3), exact[1]],
    'batches: is 3, should be 2',
  ],
])('finds a batch that %s', async (_what, windows, problem) => {
  expect((await find(...windows)).join('\n')).toContain(problem);
});

it('finds a batch that was accepted and is not stored', async () => {
  const problems = await findMiscounts(answering(), [accepted], new Set(), minutes);
  expect(problems).toContain('accepted was accepted and is gone');
});
