import { describe, expect, it } from 'vitest';
import { addPartials, type WindowAggregate } from '../../lib/domain/window-aggregate.ts';
import { repairWindow } from '../../lib/domain/repair-window.ts';
import { instant, windowPartial } from '../factories.ts';

const then = instant('2025-12-28T18:04:00Z');
const now = instant('2025-12-28T18:10:00Z');
const rulesVersion = 'rules-1';
const narrow = { maxKeysPerDimension: 1, maxKeyTextBytes: 1_048_576 };
const one = windowPartial({ id: 1, counts: { requestsByPath: { 'GET /a': 3 } } });
const two = windowPartial({ id: 2, isLate: true, counts: { requestsByPath: { 'GET /a': 1, 'GET /b': 4 } } });

function windowOf(...partials: Parameters<typeof addPartials>[1]): WindowAggregate {
  const window = addPartials(undefined, partials, then, narrow);
  if (window === undefined) throw new Error('There is nothing in it.');
  return window;
}

describe('the recount of a window', () => {
  it('gives what the partials add up to, keeps its keys and ids, and raises the revision', () => {
    const right = windowOf(one, two);
    const counts = {
      ...right.counts,
      requestsByPath: new Map([
        ['GET /a', 70],
        ['(other)', 1],
      ]),
    };
    // In the other order, `GET /b` would be the key that is kept.
    const repair = repairWindow({ ...right, counts, requests: 71, batches: 0 }, 'recount', {
      now,
      limits: narrow,
      rulesVersion,
    });
    repair.add(two);
    repair.add(one);
    expect(repair.finish()).toEqual({ ...right, revision: right.revision + 1, updatedAt: now });
  });

  it('drops keys that nothing was counted under, and ids that are held twice', () => {
    const right = windowOf(one);
    const counts = { ...right.counts, requestsByUserAgent: new Map([['Nobody', 5]]) };
    const partialIds = Buffer.concat([one.id, one.id]);
    const repair = repairWindow({ ...right, counts, partialIds }, 'recount', {
      now,
      limits: narrow,
      rulesVersion,
    });
    repair.add(one);
    expect(repair.finish()).toEqual({ ...right, revision: right.revision + 1, updatedAt: now });
  });

  it('writes nothing where it has been given nothing', () => {
    expect(
      repairWindow(windowOf(one), 'recount', { now, limits: narrow, rulesVersion }).finish(),
    ).toBeUndefined();
  });
});

describe('what is added to a window', () => {
  it('is counted once, however often it is given', () => {
    const repair = repairWindow(windowOf(one), 'add', { now, limits: narrow, rulesVersion });
    for (const partial of [two, one, two]) repair.add({ ...partial });
    expect(repair.finish()).toEqual({ ...windowOf(one, two), revision: 2, updatedAt: now });
  });

  it('makes the window that is not there', () => {
    const repair = repairWindow(undefined, 'add', { now, limits: narrow, rulesVersion });
    repair.add(one);
    expect(repair.finish()).toEqual({ ...windowOf(one), updatedAt: now });
  });
});
