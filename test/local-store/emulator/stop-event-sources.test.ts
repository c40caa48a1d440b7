import { expect, it } from 'vitest';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { stopEventSources } from '../../../local-store/emulator/stop-event-sources.ts';
import { openLocalStore } from '../../../local-store/open-local-store.ts';
import { playedParts, recordedLogger } from '../played-source.ts';
import { consumer, putTexts, startSource } from '../stream-event-source/source-fixture.ts';
import { clock, temporaryDirectory } from '../temporary-log.ts';

/** Creates a source whose invocation ends when the test says so. */
function sourceOf(functionKey: string) {
  let end = () => {};
  const stopped = new Promise<void>((resolve) => (end = resolve));
  return { functionKey, stop: () => stopped, end: () => end() };
}

function stopping(...sources: readonly ReturnType<typeof sourceOf>[]) {
  const { parts, nextSleep, logged } = playedParts(() => ({}));
  return { stopped: stopEventSources(sources, 5_000, parts), nextSleep, logged };
}

it('waits for the invocations that run', async () => {
  const sources = [sourceOf('aggregate'), sourceOf('rollUp')];
  const { stopped, nextSleep, logged } = stopping(...sources);
  let isStopped = false;
  void stopped.then(() => (isStopped = true));
  sources[0]?.end();
  expect((await nextSleep()).milliseconds).toBe(5_000);
  expect(isStopped).toBe(false);
  sources[1]?.end();
  await stopped;
  expect(logged).toEqual([]);
});

it('leaves those that do not end in time, and names them', async () => {
  const sources = [sourceOf('aggregate'), sourceOf('rollUp')];
  const { stopped, nextSleep, logged } = stopping(...sources);
  sources[0]?.end();
  (await nextSleep()).end();
  await stopped;
  expect(logged.map(({ level, fields }) => [level, fields])).toEqual([['warn', { functions: ['rollUp'] }]]);
});

it('abandons one that can write nothing after the store is closed, and whose records are delivered again, in order', async () => {
  const directory = await temporaryDirectory();
  const { logger } = recordedLogger();
  const open = async () => {
    const settings = { partitionCount: 1, consumers: [consumer] };
    const options = { clock, logger, region: 'eu-central-1', queues: [], notifications: [] };
    const store = await openLocalStore(directory, { ...options, streams: { insights: settings } });
    return { store, stream: store.stream('insights') };
  };
  const before = await open();
  await putTexts(before.stream, ['1', '2']);
  const { source, nextInvocation } = startSource(before.stream, { batchSize: 1 });
  const left = await nextInvocation();
  const { stopped, nextSleep } = stopping({ ...sourceOf('aggregate'), stop: () => source.stop() });
  (await nextSleep()).end();
  await stopped;
  await before.store.close();

  const key = 'aggregates/minute/cus-left/2025/12/28/18/03.json' as ObjectKey;
  const put = before.store.objects.put(key, Buffer.from('x'), { ifNoneMatch: '*' });
  await expect(put).rejects.toBeInstanceOf(Unavailable);
  await expect(putTexts(before.stream, ['3'])).rejects.toBeInstanceOf(Unavailable);
  left.succeed();
  await source.stop();

  const after = await open();
  expect(await after.store.objects.get(key)).toBeUndefined();
  const again = startSource(after.stream, { batchSize: 1 });
  for (const text of ['1', '2']) {
    const invocation = await again.nextInvocation();
    expect(invocation.texts).toEqual([text]);
    invocation.succeed();
  }
  await again.source.stop();
  await after.store.close();
});
