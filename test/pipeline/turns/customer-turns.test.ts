import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { CustomerTurns } from '../../../lib/pipeline/turns/customer-turns.ts';

const limits = { atOnce: 3, atOnceOfOneCustomer: 2, waitingOfOneCustomer: 4, waiting: 6 };

/** Creates turns; reads that have begun are in `begun`, and end when the test says so. */
function observed() {
  const turns = new CustomerTurns(limits);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const read = (name: string) =>
    turns.run(name.slice(0, 1), async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await nextTurn();
  };
  return { turns, begun, read, end };
}

describe('turns of work that weighs the same', () => {
  it('leaves places to others, however much one customer asks for', async () => {
    const { begun, read } = observed();
    for (const name of ['a1', 'a2', 'a3', 'a4']) void read(name);
    void read('b1');
    await nextTurn();
    expect(begun).toEqual(['a1', 'a2', 'b1']);
  });

  it('has customers take turns', async () => {
    const { begun, read, end } = observed();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1']) void read(name);
    await nextTurn();
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    for (const name of ['a1', 'a2', 'b1', 'b2', 'c1']) await end(name);
    // Those that wait longest do not all belong to the customer that asked first.
    expect(begun.slice(0, 6).toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
    for (const name of ['a3', 'a4', 'a5']) await end(name);
    expect(begun).toHaveLength(8);
  });

  it('refuses what a customer asks beside what waits, and nothing of others', async () => {
    const { begun, read } = observed();
    for (const name of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']) void read(name);
    await expect(read('a7')).rejects.toThrow(Unavailable);
    void read('b1');
    await nextTurn();
    expect(begun).toContain('b1');
  });

  it('bounds what waits of all together', async () => {
    const { read } = observed();
    for (const name of ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'h1', 'i1']) void read(name);
    await expect(read('j1')).rejects.toThrow(Unavailable);
  });

  it('gives the place of a read that failed to the next, and forgets customers that have none', async () => {
    const { turns, begun, read } = observed();
    const failing = async () => {
      throw new Error('did not work');
    };
    for (let n = 0; n < 10; n++) await expect(turns.run(`${n}`, failing)).rejects.toThrow('did not work');
    for (const name of ['a1', 'b1', 'c1']) void read(name);
    await nextTurn();
    expect(begun).toEqual(['a1', 'b1', 'c1']);
  });
});

/** Creates work that is in `begun` when it has begun, and ends when the test says so. */
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

describe('turns of work that weighs more or less', () => {
  it('lets work begin as long as it fits, and what is beyond in its order', async () => {
    const { begun, ends, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10 });
    const running = (['a', 'b', 'c', 'd'] as const).map((name, index) =>
      turns.run('cus-axon', work(name), [6, 4, 5, 1][index]),
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

  it('lets what is heavier than all that may go on at once go on alone', async () => {
    const { begun, ends, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10 });
    const large = turns.run('cus-axon', work('large'), 50);
    void turns.run('cus-axon', work('small'), 1);
    await nextTurn();
    expect(begun).toEqual(['large']);
    ends.get('large')?.end();
    expect(await large).toBe('large');
    await nextTurn();
    expect(begun).toEqual(['large', 'small']);
  });

  it('gives what a share does not need to those who wait', async () => {
    const turns = new CustomerTurns({ atOnce: 10 });
    const { begun, work } = someWork();
    const share = await turns.take('cus-axon', 10);
    void turns.run('cus-axon', work('waiting'), 6);
    share.reduceTo(5);
    await nextTurn();
    expect(begun).toEqual([]);
    share.reduceTo(4);
    share.reduceTo(9); // it cannot grow again
    await nextTurn();
    expect(begun).toEqual(['waiting']);
    share.end();
    share.end(); // once
    void turns.run('cus-axon', work('fits'), 4);
    void turns.run('cus-axon', work('does not fit'), 1);
    await nextTurn();
    expect(begun).toEqual(['waiting', 'fits']);
  });

  it('refuses what would wait behind as many as may', async () => {
    const { begun, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10, waiting: 1 });
    for (const name of ['running', 'waiting']) void turns.run('cus-axon', work(name), 10);
    await expect(turns.run('cus-axon', work('refused'), 1)).rejects.toThrow(Unavailable);
    await nextTurn();
    expect(begun).toEqual(['running']);
  });

  it('gives back what failed work had', async () => {
    const { begun, ends, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10 });
    const failing = turns.run('cus-axon', work('failing'), 10);
    void turns.run('cus-axon', work('next'), 10);
    await nextTurn();
    ends.get('failing')?.fail(new Error('did not work'));
    await expect(failing).rejects.toThrow('did not work');
    expect(begun).toEqual(['failing', 'next']);
  });

  it('has customers take turns, and lets nothing light pass what waits', async () => {
    const { begun, ends, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10 });
    const order = ['a1', 'a2', 'a3', 'b1', 'c1'];
    const weights = [10, 8, 8, 8, 1];
    const running = order.map((name, index) => turns.run(name.slice(0, 1), work(name), weights[index]));
    await nextTurn();
    expect(begun).toEqual(['a1']);
    for (const name of ['a1', 'a2', 'b1', 'c1', 'a3']) {
      ends.get(name)?.end();
      await nextTurn();
    }
    await Promise.all(running);
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3']);
  });

  it('lets others pass what waits for its own customer alone', async () => {
    const { begun, work } = someWork();
    const turns = new CustomerTurns({ atOnce: 10, atOnceOfOneCustomer: 4 });
    for (const name of ['a1', 'a2', 'b1']) void turns.run(name.slice(0, 1), work(name), 4);
    await nextTurn();
    expect(begun).toEqual(['a1', 'b1']);
  });
});
