import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { ByteBudget } from '../../../lib/pipeline/ingest/byte-budget.ts';

/** Work that has begun when it is in `begun`, and ends when it is told to. */
function someWork() {
  const begun: string[] = [];
  const ends = new Map<string, { end: () => void; fail: (error: Error) => void }>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<string>((resolve, reject) => {
      ends.set(name, { end: () => resolve(name), fail: reject });
    });
  };
  return { begun, ends, work };
}

describe('ByteBudget', () => {
  it('lets work begin as long as it fits, and what is beyond in its order', async () => {
    const { begun, ends, work } = someWork();
    const budget = new ByteBudget(10);
    const running = (['a', 'b', 'c', 'd'] as const).map((name, index) =>
      budget.run([6, 4, 5, 1][index] ?? 0, work(name)),
    );
    await nextTurn();
    expect(begun).toEqual(['a', 'b']); // d would fit sooner than c, and waits behind it
    ends.get('b')?.end();
    await running[1];
    expect(begun).toEqual(['a', 'b']);
    ends.get('a')?.end();
    await running[0];
    await nextTurn();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets what is larger than the budget go on alone', async () => {
    const { begun, ends, work } = someWork();
    const budget = new ByteBudget(10);
    const large = budget.run(50, work('large'));
    void budget.run(1, work('small'));
    await nextTurn();
    expect(begun).toEqual(['large']);
    ends.get('large')?.end();
    expect(await large).toBe('large');
    await nextTurn();
    expect(begun).toEqual(['large', 'small']);
  });

  it('gives what a share does not need to those who wait', async () => {
    const budget = new ByteBudget(10);
    const { begun, work } = someWork();
    const share = await budget.take(10);
    void budget.run(6, work('waiting'));
    share.reduceTo(5);
    await nextTurn();
    expect(begun).toEqual([]);
    share.reduceTo(4);
    share.reduceTo(9); // it cannot grow again
    await nextTurn();
    expect(begun).toEqual(['waiting']);
    share.end();
    share.end(); // once
    void budget.run(4, work('fits'));
    void budget.run(1, work('does not fit'));
    await nextTurn();
    expect(begun).toEqual(['waiting', 'fits']);
  });

  it('refuses what would wait behind as many as may', async () => {
    const { begun, work } = someWork();
    const budget = new ByteBudget(10, 1);
    for (const name of ['running', 'waiting']) void budget.run(10, work(name));
    await expect(budget.run(1, work('refused'))).rejects.toThrow(Unavailable);
    await nextTurn();
    expect(begun).toEqual(['running']);
  });

  it('gives back what failed work had', async () => {
    const { begun, ends, work } = someWork();
    const budget = new ByteBudget(10);
    const failing = budget.run(10, work('failing'));
    void budget.run(10, work('next'));
    await nextTurn();
    ends.get('failing')?.fail(new Error('did not work'));
    await expect(failing).rejects.toThrow('did not work');
    expect(begun).toEqual(['failing', 'next']);
  });
});
