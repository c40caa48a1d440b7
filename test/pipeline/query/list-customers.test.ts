import { describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { aggregate } from '../../../lib/pipeline/aggregate/aggregate.ts';
import { listCustomers } from '../../../lib/pipeline/query/list-customers.ts';
import {
  customer,
  instant,
  receivedRecord,
  windowPartial,
  windowStart,
  foldingLimits as limits,
} from '../../factories.ts';

const clock = { now: () => instant('2025-12-28T18:30:00Z') };

async function storeOf(customers: readonly string[], minutesEach = 3): Promise<InMemoryObjectStore> {
  const store = new InMemoryObjectStore();
  const records = customers.flatMap((id) =>
    Array.from({ length: minutesEach }, (_, minute) => {
      const at = windowStart(`2025-12-28T18:${String(minute).padStart(2, '0')}:00Z`);
      return windowPartial({
        id: minute,
        customerId: customer(id),
        windowStart: at,
        counts: { requestsByPath: { 'GET /': 1 } },
      });
    }),
  );
  await aggregate(
    records.map((partial, index) => receivedRecord(String(index), partial)),
    { store, clock },
    limits,
  );
  return store;
}

describe('listCustomers', () => {
  it.each([
    ['none', []],
    ['ordinary ones', ['cus-axon', 'cus-axo', 'cus-axon-2', 'cus-axon.b', 'cus-axon_c']],
    ['what keys encode', ['A', 'a', 'Aa', '%41', '.x', 'x.', 'con', 'a%2fb', '...']],
    ['those that keys have as a hash', ['X'.repeat(128), 'Y'.repeat(127), 'cus-axon']],
  ])('gives %s, sorted', async (_, customers) => {
    const store = await storeOf(customers);
    const page = await listCustomers({ after: undefined, limit: 1_000 }, store);
    expect(page).toEqual({ customers: customers.toSorted(), next: undefined });
  });

  it('goes on behind the last customer of a page until there are no more', async () => {
    const customers = ['A', 'b', 'C', 'd', 'Z'.repeat(128), 'e', 'f%', 'cus-1'];
    const store = await storeOf(customers);
    for (const limit of [1, 3, 4, 8]) {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await listCustomers({ after, limit }, store);
        expect(page.customers.length).toBeLessThanOrEqual(limit);
        found.push(...page.customers);
        after = page.next;
      } while (after !== undefined);
      expect(found.toSorted()).toEqual(customers.toSorted());
    }
  });

  it('looks at one key of each customer, however many windows it has', async () => {
    const store = await storeOf(['a', 'b', 'c'], 50);
    let seen = 0;
    const list = store.list.bind(store);
    store.list = async function* (prefix, options) {
      for await (const key of list(prefix, options)) {
        seen += 1;
        yield key;
      }
    };
    await listCustomers({ after: undefined, limit: 1_000 }, store);
    expect(seen).toBe(3);
  });
});
