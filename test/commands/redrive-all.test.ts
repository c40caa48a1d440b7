import { beforeEach, describe, expect, it } from 'vitest';
import { idOf, type DeadLetter } from '../../commands/dead-letters/dead-letter.ts';
import { redriveAll } from '../../commands/dead-letters/redrive-all.ts';
import type { Fate, Redriven, RedrivePlaces } from '../../commands/dead-letters/redrive.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey } from '../../lib/domain/keys.ts';
import { Unavailable } from '../../lib/errors.ts';
import { instant } from '../factories.ts';

const counted = { kind: 'counted' } as const;
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

function places(watchCounting?: RedrivePlaces['watchCounting']): RedrivePlaces {
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
    ...(watchCounting && { watchCounting }),
  };
}

/** Watches counting; the wait ends with these fates. */
function watching(fates: () => Promise<readonly Fate[]>): RedrivePlaces['watchCounting'] {
  return async () => {
    steps.push('watch');
    return async (put) => {
      steps.push(`wait for ${put.length}`);
      return fates();
    };
  };
}

async function redriven(watchCounting?: RedrivePlaces['watchCounting']): Promise<readonly Redriven[]> {
  const letters = [await failedRecord('1'), await failedRecord('2')];
  const outcomes: Redriven[] = [];
  await redriveAll(letters, places(watchCounting), (_letter, outcome) => outcomes.push(outcome));
  return outcomes;
}

const [first, second] = ['1', '2'].map((sequence) => `delete ${failedRecordKey('insights', '0', sequence)}`);

describe('redriving all dead letters', () => {
  it('puts all records, waits once until they are counted, and removes the failed records then', async () => {
    expect(await redriven(watching(async () => [counted, counted]))).toEqual([
      { isRedriven: true, to: 'insights' },
      { isRedriven: true, to: 'insights' },
    ]);
    expect(steps).toEqual(['watch', 'put 1', 'put 1', 'wait for 2', first, second]);
  });

  it('names the new failed record of a record that failed again, and removes the old one', async () => {
    const place = failedRecordKey('insights', '0', '9');
    expect(await redriven(watching(async () => [{ kind: 'kept again', places: [place] }, counted]))).toEqual([
      {
        isRedriven: false,
        reason: `it was put again and failed again, and is kept as ${idOf(place)} now`,
      },
      { isRedriven: true, to: 'insights' },
    ]);
    expect(steps).toEqual(['watch', 'put 1', 'put 1', 'wait for 2', first, second]);
  });

  it('keeps the failed record alone whose counting is not known', async () => {
    const unknown = { kind: 'unknown', why: 'counting is behind' } as const;
    expect(await redriven(watching(async () => [unknown, counted]))).toMatchObject([
      { isRedriven: false },
      { isRedriven: true },
    ]);
    expect(steps).toEqual(['watch', 'put 1', 'put 1', 'wait for 2', second]);
  });

  it('keeps the failed records while nobody can tell how far counting is, and says so', async () => {
    const away = () => Promise.reject(new Unavailable('Kafka cannot be reached.'));
    const reason =
      'it was put again, but is kept, as it is not known to be counted (Kafka cannot be reached.); ' +
      'repeat the redrive later, which counts nothing twice';
    expect(await redriven(watching(away))).toEqual([
      { isRedriven: false, reason },
      { isRedriven: false, reason },
    ]);
    expect(steps).toEqual(['watch', 'put 1', 'put 1', 'wait for 2']);
  });

  it('puts nothing where counting cannot be watched', async () => {
    const away = () => Promise.reject(new Unavailable('S3 cannot be reached.'));
    await expect(redriven(away)).rejects.toBeInstanceOf(Unavailable);
    expect(steps).toEqual([]);
  });

  it('removes each failed record after its put where nothing is counted meanwhile', async () => {
    await redriven();
    expect(steps).toEqual(['put 1', first, 'put 1', second]);
  });
});
