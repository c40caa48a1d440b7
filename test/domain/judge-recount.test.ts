import { describe, expect, it } from 'vitest';
import { judgeRecount } from '../../lib/domain/judge-recount.ts';

const present = 'present';
const id = (number: number) => Buffer.from(String(number).padStart(16, '0'));
const window = (ids: readonly number[], recounted?: { rulesVersion: string; partials: number }) => ({
  partialIds: Buffer.concat(ids.map(id)),
  recounted,
});

/** Judges with these stored partials: true for those that the current rules counted. */
function judged(
  of: Parameters<typeof judgeRecount>[0],
  ...stored: readonly (readonly [id: number, isOfTheseRules: boolean])[]
) {
  const judgement = judgeRecount(of, present);
  for (const [number, isOfTheseRules] of stored) judgement.add(id(number), isOfTheseRules);
  return judgement.finish();
}

describe('the judgement of a window', () => {
  it.each([
    ['of present batches alone', 'counted', window([1, 2])],
    ['that the current rules recounted', 'counted', window([3, 4], { rulesVersion: present, partials: 2 })],
    [
      'that they recounted, and that got a present batch since',
      'counted',
      window([3, 1], { rulesVersion: present, partials: 1 }),
    ],
    [
      'that they recounted, and that got a former batch since',
      'needed',
      window([1, 3], { rulesVersion: present, partials: 1 }),
    ],
    ['with a former batch', 'needed', window([1, 3])],
    [
      'that other rules recounted, also of present batches',
      'needed',
      window([1], { rulesVersion: 'others', partials: 1 }),
    ],
    [
      'that other rules recounted before it got a present batch',
      'needed',
      window([1, 2], { rulesVersion: 'others', partials: 1 }),
    ],
  ] as const)('%s: %s', (_what, kind, of) => {
    expect(judged(of, [1, true], [2, true], [3, false], [4, false]).kind).toBe(kind);
  });

  it('is gone where the rules of a partial are not known, or a window to recount lacks a batch', () => {
    expect(judged(window([1, 3]), [1, true])).toMatchObject({ kind: 'gone', gone: 1 });
    const recounted = window([1, 3], { rulesVersion: present, partials: 1 });
    expect(judged(recounted, [3, false])).toMatchObject({ kind: 'gone', gone: 1 });
  });

  it('does not need the batches of partials that the current rules have recounted', () => {
    expect(judged(window([1, 3], { rulesVersion: present, partials: 2 }))).toMatchObject({
      kind: 'counted',
      gone: 0,
    });
  });

  it('waits for former partials that no window holds, and for no present ones', () => {
    expect(judged(window([1]), [1, true], [2, true], [3, false]).waiting).toBe(1);
    expect(judged(undefined, [1, true], [3, false])).toEqual({ kind: 'counted', gone: 0, waiting: 1 });
  });
});
