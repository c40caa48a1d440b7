import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { progressFor } from '../../../lib/domain/completeness.ts';
import type { CustomerId } from '../../../lib/domain/customer-id.ts';
import { tombstoneKey } from '../../../lib/domain/keys.ts';
import { completeForgetting, writeTombstone } from '../../../lib/pipeline/forget/write-tombstone.ts';
import { withForgetting } from '../../../lib/pipeline/query/with-forgetting.ts';
import type { CountingProgress } from '../../../lib/ports/counting-progress.ts';
import { customer, instant, windowStart } from '../../factories.ts';

const through = instant('2025-12-28T20:00:00Z');
const other = customer('cus-other');
const range = { from: windowStart('2025-12-28T18:00:00Z'), to: windowStart('2025-12-28T19:00:00Z') };
const upToDate = { through, entries: 0, waitsWithin: () => false };
const progress: CountingProgress = { of: async () => ({ minutes: upToDate, rollUps: upToDate }) };
const claims = { countedThrough: through, waiting: 0, complete: true };
const noClaims = { countedThrough: undefined, waiting: undefined, complete: false };
let store: InMemoryObjectStore;

beforeEach(() => {
  store = new InMemoryObjectStore();
});

const beginForgetting = () => writeTombstone(customer(), undefined, store, instant('2025-12-28T19:50:00Z'));

function ask(customerId: CustomerId | undefined, whileReading = async () => {}) {
  return withForgetting(customerId, { store, progress }, async (asked) => {
    const counted = progressFor(await asked.of(customerId), true, 600);
    await whileReading();
    const { countedThrough, waiting } = counted;
    return { countedThrough, waiting, complete: counted.isComplete(range) };
  });
}

describe('an answer', () => {
  it('claims its progress where no customer was forgotten', async () => {
    expect(await ask(customer())).toEqual(claims);
    expect(await ask(undefined)).toEqual(claims);
  });

  it('claims nothing while its customer is being forgotten, and nor does one about all customers', async () => {
    await beginForgetting();
    expect(await ask(customer())).toEqual(noClaims);
    expect(await ask(undefined)).toEqual(noClaims);
    expect(await ask(other)).toEqual(claims);
  });

  it('claims nothing where the forgetting began while the counts were read', async () => {
    expect(await ask(customer(), async () => void (await beginForgetting()))).toEqual(noClaims);
  });

  it.each([
    ['19:59:59', claims],
    ['20:00:00', claims],
    ['20:00:01', noClaims],
  ])(
    'that is counted through 20:00:00 claims what is known of a forgetting that ended at %s',
    async (at, expected) => {
      await completeForgetting(await beginForgetting(), store, instant(`2025-12-28T${at}Z`));
      expect(await ask(customer())).toEqual(expected);
      expect(await ask(undefined)).toEqual(expected);
    },
  );

  it('claims nothing where the tombstone is damaged', async () => {
    await store.put(tombstoneKey(customer()), Buffer.from('?'), { ifNoneMatch: '*' });
    expect(await ask(customer())).toEqual(noClaims);
  });
});
