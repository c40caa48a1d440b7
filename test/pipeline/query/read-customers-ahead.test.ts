import { expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeCustomerIndex } from '../../../lib/domain/customer-index-format.ts';
import { encodeCustomerIndexing } from '../../../lib/domain/customer-indexing-format.ts';
import { customerIndexingKey, customerIndexKey, type ObjectKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { createObjectWindowReader } from '../../../lib/pipeline/query/object-window-reader.ts';
import { readCustomersAhead } from '../../../lib/pipeline/query/read-customers-ahead.ts';
import { ChangeCounts } from '../../../local-store/object-versions.ts';
import { customer, instant, windowStart } from '../../factories.ts';

class WatchedStore extends InMemoryObjectStore {
  read: ObjectKey[] = [];
  isDown = false;

  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    if (this.isDown) throw new Unavailable('The disk is gone.');
    this.read.push(args[0]);
    return super.get(...args);
  }
}

const createOnly = { ifNoneMatch: '*' } as const;
const axon = customer('cus-axon');
const day = windowStart('2025-12-28T00:00:00Z');
const asked = {
  from: day,
  to: windowStart('2025-12-29T00:00:00Z'),
  sort: 'requests',
  customerId: undefined,
  after: undefined,
  limit: 10,
} as const;

async function indexed() {
  const store = new WatchedStore();
  const days = new Map([[day, { requests: 3, errors: 1, firstWindow: day, lastWindow: day }]]);
  const entry = encodeCustomerIndex({ customerId: axon, revision: 1, days });
  await store.put(customerIndexKey(axon), entry, createOnly);
  const at = instant('2025-12-28T18:04:00Z');
  const progress = encodeCustomerIndexing({ begunAt: at, after: undefined, completedAt: at });
  await store.put(customerIndexingKey, progress, createOnly);
  return { store, reader: createObjectWindowReader(store, new ChangeCounts('customers/', store)) };
}

it('leaves no entry to read for the first list of totals', async () => {
  const { store, reader } = await indexed();
  await readCustomersAhead(reader, { debug: () => {} });
  expect(store.read).toContain(customerIndexKey(axon));
  store.read = [];
  expect((await reader.customerTotals(asked)).customers).toMatchObject([{ customerId: axon, requests: 3 }]);
  expect(store.read).not.toContain(customerIndexKey(axon));
});

it('leaves trouble to the list that meets it', async () => {
  const { store, reader } = await indexed();
  store.isDown = true;
  const said: string[] = [];
  await readCustomersAhead(reader, { debug: (message) => void said.push(message) });
  expect(said).toEqual(['The customers cannot be read ahead.']);
  await expect(reader.customerTotals(asked)).rejects.toThrow(Unavailable);
  store.isDown = false;
  expect((await reader.customerTotals(asked)).customers).toHaveLength(1);
});
