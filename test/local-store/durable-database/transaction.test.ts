import { describe, expect, it } from 'vitest';
import { transactOn } from '../../../local-store/durable-database/transaction.ts';

const failure = new Error('Input/output error');

/** Creates an lmdb whose commits fail, and which may continue afterwards or not. */
function failingTransactions({ goesOn }: { readonly goesOn: boolean }) {
  let batches = 0;
  const broken: Error[] = [];
  const environment = {
    batch: () => {
      batches += 1;
      return Promise.reject(failure);
    },
    transactionSync: <T>(action: () => T): T => {
      if (!goesOn) throw new Error('MDB_PANIC');
      return action();
    },
  };
  const room = { take: () => true, extend: () => Promise.resolve() };
  const transact = transactOn(environment, room, (cause) => broken.push(cause));
  return { transact: () => transact(() => undefined, 0), broken, batches: () => batches };
}

describe('a transaction that fails', () => {
  it('is over, and the next one is made, if lmdb continues', async () => {
    const { transact, broken, batches } = failingTransactions({ goesOn: true });
    await expect(transact()).rejects.toBe(failure);
    await expect(transact()).rejects.toBe(failure);
    expect(batches()).toBe(2);
    expect(broken).toEqual([]);
  });

  it('is the last one if lmdb has given up the database: this is reported, and others are refused', async () => {
    const { transact, broken, batches } = failingTransactions({ goesOn: false });
    await expect(transact()).rejects.toBe(failure);
    expect(broken).toMatchObject([{ cause: failure }]);
    await expect(transact()).rejects.toBe(broken[0]);
    expect(batches()).toBe(1);
    expect(broken).toHaveLength(1);
  });
});
