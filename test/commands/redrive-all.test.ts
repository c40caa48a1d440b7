import { invocationRecord } from '../../event-source/stream/invocation-record.ts';
import { kinesisStreamEvent } from '../../event-source/stream/kinesis-event.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { idOf, type DeadLetter } from '../../commands/dead-letters/dead-letter.ts';
import { redriveAll } from '../../commands/dead-letters/redrive-all.ts';
import type { Fate, Redriven, RedrivePlaces } from '../../commands/dead-letters/redrive.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { encodeFailedRecord } from '../../lib/domain/failed-record.ts';
import { failedRecordKey, type ObjectKey } from '../../lib/domain/keys.ts';
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

async function failedRecord(
  sequenceNumber: string,
  data = Buffer.from(sequenceNumber),
  failedAt = '2025-12-28T18:04:00Z',
): Promise<DeadLetter> {
  const key = failedRecordKey('insights', '0', sequenceNumber);
  const record = {
    stream: 'insights',
    partition: '0',
    sequenceNumber,
    partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    data,
    cause: 'A fault',
    failedAt: instant(failedAt),
  };
  await store.put(key, encodeFailedRecord(record), { ifNoneMatch: '*' });
  return { kind: 'failed-record', id: sequenceNumber, key, messages: [] };
}

/** Keeps records that crashed their function together, as an event source does. */
async function failedInvocation(...data: readonly Buffer[]): Promise<DeadLetter> {
  const key = 'aws/lambda/invocation' as ObjectKey;
  const records = data.map((each, sequence) => ({
    sequence,
    partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
    data: each,
    putAt: instant('2025-12-28T18:04:00Z'),
  }));
  const origin = {
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:aggregate',
    eventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/insights',
    region: 'us-east-1',
    partition: 0,
  };
  const outcome = { kind: 'failed', cause: new Error('died of it') } as const;
  const attempts = { records, invocations: 7, triedMilliseconds: 0, outcome };
  const died = invocationRecord(
    { records, condition: 'RecordAgeExceeded' },
    attempts,
    origin,
    instant('2025-12-29T06:04:00Z'),
  );
  const payload = JSON.stringify(kinesisStreamEvent(0, records, origin));
  await store.put(key, Buffer.from(JSON.stringify({ ...died, payload })), { ifNoneMatch: '*' });
  return { kind: 'failed-invocation', id: 'invocation', key, messages: [] };
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

  describe('of which some failed again after an earlier redrive', () => {
    const data = Buffer.from('crashes its function');
    const unknown = { kind: 'unknown', why: 'counting is behind' } as const;

    async function redriveThem(
      letters: readonly DeadLetter[],
      watchCounting?: RedrivePlaces['watchCounting'],
    ) {
      const outcomes: (readonly [string, Redriven])[] = [];
      await redriveAll(letters, places(watchCounting), ({ id }, outcome) => outcomes.push([id, outcome]));
      return new Map(outcomes);
    }

    async function left(): Promise<string[]> {
      const keys: string[] = [];
      for await (const key of store.list('')) keys.push(key);
      return keys;
    }

    it('puts each record once, from the newest, and leaves no more of them however often that is repeated', async () => {
      const letters = [
        await failedRecord('7', data, '2025-12-29T06:04:00Z'),
        await failedRecord('1', data, '2025-12-28T18:04:00Z'),
        await failedRecord('3', data, '2025-12-30T18:04:00Z'),
      ];
      const newest = failedRecordKey('insights', '0', '3');
      const outcomes = await redriveThem(
        letters,
        watching(async () => [unknown]),
      );
      const to = `nowhere: it failed again, 3 times in all, and is kept as ${idOf(newest)}; this older one was removed`;
      expect(outcomes.get('1')).toEqual({ isRedriven: true, to });
      expect(outcomes.get('7')).toEqual({ isRedriven: true, to });
      expect(outcomes.get('3')).toMatchObject({ isRedriven: false });
      expect(steps.filter((step) => step.startsWith('put'))).toEqual(['put 1']);
      expect(await left()).toEqual([newest]);
    });

    it('puts the rest of a dead letter that has other records, too, and removes it once that is counted', async () => {
      const invocation = await failedInvocation(data, Buffer.from('another'));
      const alone = await failedRecord('3', data, '2025-12-30T18:04:00Z');
      const put: number[] = [];
      const watch: RedrivePlaces['watchCounting'] = async () => async (all) => {
        put.push(...all.map(({ records }) => records.length));
        return [counted, unknown];
      };
      const outcomes = await redriveThem([invocation, alone], watch);
      expect(put).toEqual([1, 1]);
      expect(outcomes.get('invocation')).toEqual({ isRedriven: true, to: 'insights' });
      expect(await left()).toEqual([failedRecordKey('insights', '0', '3')]);
    });

    it('keeps a dead letter of another stream, and those of the windows of a customer', async () => {
      const letters = [await failedRecord('1', data), await failedRecord('2', data)];
      const [, second] = letters;
      const key = second?.kind === 'failed-record' ? second.key : expect.fail('there is none');
      const object = (await store.get(key)) ?? expect.fail('there is none');
      const late = object.body.toString().replace('"stream":"insights"', '"stream":"late"');
      await store.put(key, Buffer.from(late), { ifMatch: object.etag });
      await redriveThem(
        letters,
        watching(async () => [unknown, unknown]),
      );
      expect(steps).toEqual(['watch', 'put 1', 'put 1', 'wait for 2']);
    });

    it('removes the older ones where nothing is counted meanwhile', async () => {
      const letters = [await failedRecord('1', data), await failedRecord('2', data, '2025-12-29T06:04:00Z')];
      await redriveThem(letters);
      expect(steps.filter((step) => step.startsWith('put'))).toEqual(['put 1']);
      expect(await left()).toEqual([]);
    });
  });
});
