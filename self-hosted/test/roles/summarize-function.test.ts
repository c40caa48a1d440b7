import { expect, it } from 'vitest';
import { kinesisStreamEvent } from '../../../event-source/stream/kinesis-event.ts';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { encodeIntent } from '../../../lib/domain/announcement.ts';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { testApp } from '../../../test/handlers/app.ts';
import { summarizeFunction } from '../../roles/summarize-function.ts';

const key = 'batches/cus-axon/k-batch' as ObjectKey;
const limits = {
  putMilliseconds: 0,
  clockDifferenceMilliseconds: 0,
  signal: new AbortController().signal,
};

/** Fails to read batches as only a fault of this program does. */
class FaultyStore extends InMemoryObjectStore {
  override async get(...args: Parameters<InMemoryObjectStore['get']>) {
    if (args[0] === key) throw new TypeError('a fault of this program');
    return super.get(...args);
  }
}

it('keeps the intent of a batch that fails by a fault of this program once it was tried enough', async () => {
  const store = new FaultyStore();
  const app = { ...testApp().app, store };
  const data = encodeIntent({ key, isAfterLoss: false });
  const event = kinesisStreamEvent(3, [{ sequence: 7, partitionKey: key, data, putAt: new Date(0) }], {
    eventSourceArn: 'arn:aws:kinesis:local:000000000000:stream/batches',
    region: 'local',
    partitionName: String,
  });
  const places: string[] = [];
  const invoke = summarizeFunction(app, limits, { isTriedEnough: (place) => places.push(place) > 1 });
  expect(await invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: '7' }] });
  expect(await invoke(event)).toEqual({ batchItemFailures: [] });
  expect(places).toEqual(['3:7', '3:7']);
  expect((await store.get('failed/batches/3/7' as ObjectKey))?.body.toString()).toContain('a fault of this');
});
