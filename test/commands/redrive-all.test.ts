import { beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../commands/dead-letters/dead-letter.ts';
import { redriveAll } from '../../commands/dead-letters/redrive-all.ts';
import type { Redriven, RedrivePlaces } from '../../commands/dead-letters/redrive.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { instant } from '../factories.ts';

let steps: string[];
let store: InMemoryObjectStore;

class WatchedStore extends InMemoryObjectStore {
  override async delete(...args: Parameters<InMemoryObjectStore['delete']>) {
    steps.push(`delete ${args[0]}`);
    return super.delete(...args);
  }
}

beforeEach(() => {
  steps = [];
  store = new WatchedStore();
});

async function failedRecord(sequenceNumber: string): Promise<DeadLetter> {
  const key = failedRecordKey('insights', '0', sequenceNumber);
  const record = {
    stream: 'insights',
    partition: '0',
    sequenceNumber,
    partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    data: Buffer.from('{}'),
    cause: 'A fault',
    failedAt: instant('2025-12-28T18:04:00Z'),
  };
  await store.put(key, encodeFailedRecord(record), { ifNoneMatch: '*' });
  return { kind: 'failed-record', id: sequenceNumber, key, messages: [] };
}

function places(untilCounted?: () => Promise<boolean>): RedrivePlaces {
  const none = async () => expect.fail('there are no messages');
  return {
    store,
    stream: () => ({ put: async (records) => void steps.push(`put ${records.length}`) }),
    queueNames: [],
    hasQueuesOfWork: false,
    async *messagesOf() {},
    notifyRollUp: none,
    giveBack: none,
    remove: none,
    ...(untilCounted && { untilCounted }),
  };
}

async function redriven(untilCounted?: () => Promise<boolean>): Promise<readonly Redriven[]> {
  const letters = [await failedRecord('1'), await failedRecord('2')];
  const outcomes: Redriven[] = [];
  await redriveAll(letters, places(untilCounted), (_letter, outcome) => outcomes.push(outcome));
  return outcomes;
}

const [first, second] = ['1', '2'].map((sequence) => `delete ${failedRecordKey('insights', '0', sequence)}`);

describe('redriving all dead letters', () => {
  it('puts all records, waits once until they are counted, and removes the failed records then', async () => {
    const wait = async () => {
      steps.push('wait');
      return true;
    };
    expect(await redriven(wait)).toEqual([
      { isRedriven: true, to: 'insights' },
      { isRedriven: true, to: 'insights' },
    ]);
    expect(steps).toEqual(['put 1', 'put 1', 'wait', first, second]);
  });

  it.each([
    ['counting is behind', async () => false, 'counting is behind'],
    [
      'nobody can tell how far it is',
      () => Promise.reject(new Unavailable('Kafka cannot be reached.')),
      'Kafka cannot be reached.',
    ],
  ])('keeps the failed records while %s, and says so', async (_, untilCounted, why) => {
    const reason =
      `it was put again, but is kept, as it is not known to be counted (${why}); ` +
      'repeat the redrive later, which counts nothing twice';
    expect(await redriven(untilCounted)).toEqual([
      { isRedriven: false, reason },
      { isRedriven: false, reason },
    ]);
    expect(steps).toEqual(['put 1', 'put 1']);
  });

  it('removes each failed record after its put where nobody can know when it is counted', async () => {
    await redriven();
    expect(steps).toEqual(['put 1', first, 'put 1', second]);
  });
});
