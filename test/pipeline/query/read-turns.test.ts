import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { ReadTurns } from '../../../lib/pipeline/query/read-turns.ts';

const limits = { atOnce: 3, atOnceOfOneCustomer: 2, waitingOfOneCustomer: 4, waiting: 6 };

/** Reads that have begun are in `begun`, and end when they are told to. */
function observed() {
  const turns = new ReadTurns(limits);
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

describe('ReadTurns', () => {
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
    // Those that wait longest are not all from the customer that asked first.
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
