import { describe, expect, it } from 'vitest';
import type { HttpClient } from '../../client/http-client.ts';
import { findMiscounts } from './find-miscounts.ts';
import type { PathRules } from './path-rules.ts';
import type { SentBatch } from './sent-batch.ts';

const minutes = ['2025-12-28T18:03:00Z', '2025-12-28T18:04:00Z'];
const [first = '', second = ''] = minutes;

const batch = (batchId: string, isAccepted: boolean, ...rules: readonly PathRules[]): SentBatch => ({
  customerId: 'cus-a',
  batchId,
  entries: new Map([
    [first, 1],
    [second, 2],
  ]),
  rules: new Set(rules.length === 0 ? ['as sent'] : rules),
  isAccepted,
});

const window = (windowStart: string, requestsByPath: Record<string, number>, batches: number) => ({
  windowStart,
  requests: Object.values(requestsByPath).reduce((sum, count) => sum + count, 0),
  requestsByPath,
  requestsByUserAgent: {},
  batches,
});

/** Creates a pipeline that answers with these windows. */
const answering = (...windows: readonly object[]): HttpClient => ({
  request: async () => ({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ windows })) }),
  close: () => {},
});

describe('of batches that were sent under one version of the rules', () => {
  const [accepted, kept, lost] = [batch('accepted', true), batch('kept', false), batch('lost', false)];
  const stored = new Set([accepted, kept]);
  const foldable = { 'GET /orders/accepted': 1, 'GET /orders/kept': 1 };
  const exact = [
    window(first, { 'GET /accepted': 1, 'GET /kept': 1, ...foldable }, 2),
    window(second, { 'GET /accepted': 2, 'GET /kept': 2, ...foldable }, 2),
  ] as const;
  const find = (...windows: readonly object[]) =>
    findMiscounts(answering(...windows), [accepted, kept, lost], stored, minutes);
  const firstWith = (more: Record<string, number>, batches = 2) =>
    window(first, { ...exact[0].requestsByPath, ...more }, batches);

  it('finds nothing if every stored batch is counted once, and nothing else is', async () => {
    expect(await find(...exact)).toEqual([]);
  });

  it.each([
    ['is counted in one of its windows only', [exact[0]], 'GET /accepted": is 0, should be 2'],
    ['is counted twice', [firstWith({ 'GET /kept': 2 }), exact[1]], 'GET /kept": is 2, should be 1'],
    ['is counted but not stored', [firstWith({ 'GET /lost': 1 }), exact[1]], 'GET /lost": is 1, should be 0'],
    ['was never sent', [firstWith({ 'GET /b': 1 }), exact[1]], 'GET /b": is 1, should be 0'],
    ['is in another minute', [...exact, window('2025-12-28T18:05:00Z', {}, 0)], 'should not be there'],
    ['is there once more by number', [firstWith({}, 3), exact[1]], 'batches: is 3, should be 2'],
    [
      'is counted by rules that were not in force while it was sent',
      [firstWith({ 'GET /orders/kept': 0, 'GET /orders/:id': 1 }), exact[1]],
      'GET /orders/:id": is 1, should be 0',
    ],
  ])('finds a batch that %s', async (_what, windows, problem) => {
    expect((await find(...windows)).join('\n')).toContain(problem);
  });

  it('finds a batch that was accepted and is not stored', async () => {
    const problems = await findMiscounts(answering(), [accepted], new Set(), minutes);
    expect(problems).toContain('accepted was accepted and is gone');
  });
});

describe('of batches that were sent while the rules changed', () => {
  const early = batch('early', true, 'as sent');
  const between = batch('between', true, 'as sent', 'folded');
  const late = batch('late', true, 'folded');
  const sent = [early, between, late];
  const own = (count: number) => ({ 'GET /early': count, 'GET /between': count, 'GET /late': count });
  const find = (...foldable: readonly Record<string, number>[]) => {
    const windows = minutes.map((minute, n) => window(minute, { ...own(n + 1), ...foldable[n] }, 3));
    return findMiscounts(answering(...windows), sent, new Set(sent), minutes);
  };
  const betweenAsSent = { 'GET /orders/early': 1, 'GET /orders/between': 1, 'GET /orders/:id': 1 };
  const betweenFolded = { 'GET /orders/early': 1, 'GET /orders/:id': 2 };

  it('finds nothing if each is counted by rules of its time, the same in all of its windows', async () => {
    expect(await find(betweenAsSent, betweenAsSent)).toEqual([]);
    expect(await find(betweenFolded, betweenFolded)).toEqual([]);
  });

  it.each([
    ['has two versions of the rules in its windows', [betweenAsSent, betweenFolded]],
    [
      'is counted by newer rules than those that it was sent under',
      [{ 'GET /orders/:id': 3 }, { 'GET /orders/:id': 3 }],
    ],
    [
      'is counted by older ones',
      [
        { ...betweenAsSent, 'GET /orders/:id': 0, 'GET /orders/late': 1 },
        { ...betweenAsSent, 'GET /orders/:id': 0, 'GET /orders/late': 1 },
      ],
    ],
    [
      'is missing from the folded ones, while another one is there twice',
      [betweenFolded, { 'GET /orders/early': 1, 'GET /orders/:id': 1 }],
    ],
  ])('finds a batch that %s', async (_what, foldable) => {
    expect((await find(...foldable)).join('\n')).toMatch(/is \d, should be \d/);
  });
});
