import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import type { LocalStream } from '../../../local-store/local-stream.ts';
import { response } from '../played-source.ts';
import {
  checkpointed,
  consumer,
  keysOfPartitions,
  openStream,
  putTexts,
  startSource,
  delegate,
} from './source-fixture.ts';
import { temporaryDirectory } from '../temporary-log.ts';

describe('a failing invocation', () => {
  it('is repeated with the same records, later each time, until it succeeds', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2']);
    const { nextInvocation, nextSleep, logged } = startSource(stream);
    const delays: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      const invocation = await nextInvocation();
      expect(invocation.texts).toEqual(['1', '2']);
      invocation.fail(new Error('the store is away'));
      const sleep = await nextSleep();
      delays.push(sleep.milliseconds);
      expect(stream.position(consumer.name, 0)).toBe(0);
      sleep.end();
    }
    expect(delays).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000]);
    expect(logged).toHaveLength(10);
    (await nextInvocation()).succeed();
    await checkpointed(stream, 2);
  });

  it('is repeated up to half earlier at random', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    const { nextInvocation, nextSleep } = startSource(stream, {}, { random: () => 0.5 });
    (await nextInvocation()).fail(new Error('failed'));
    expect((await nextSleep()).milliseconds).toBe(75);
  });

  it('delays its own partition and no other', async () => {
    const stream = await openStream(await temporaryDirectory(), 2);
    const [poisoned, healthy] = keysOfPartitions(2);
    await putTexts(stream, ['poison'], poisoned);
    const { nextInvocation, nextSleep } = startSource(stream);
    (await nextInvocation()).fail(new Error('poison'));
    await nextSleep();
    for (let record = 1; record <= 5; record += 1) {
      await putTexts(stream, [String(record)], healthy);
      const invocation = await nextInvocation();
      expect(invocation.texts).toEqual([String(record)]);
      invocation.succeed();
    }
    await checkpointed(stream, 5, 1);
    expect(stream.position(consumer.name, 0)).toBe(0);
  });

  it('may answer anything when it does not report failures', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    const { nextInvocation } = startSource(stream);
    (await nextInvocation()).succeed(response('1'));
    await checkpointed(stream, 1);
    expect((await stream.backlog()).records).toBe(0);
  });

  it('is halved, when that is asked for, until the record that fails stands alone', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2', '3', 'poison', '5', '6', '7']);
    const { nextInvocation, nextSleep } = startSource(stream, { bisectBatchOnFunctionError: true });
    const attempts: string[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const invocation = await nextInvocation();
      attempts.push(invocation.texts.join(' '));
      if (invocation.texts.includes('poison')) invocation.fail(new Error('poison'));
      else invocation.succeed();
    }
    expect(attempts).toEqual(['1 2 3 poison 5 6 7', '1 2 3 poison', '1 2', '3 poison', '3']);
    (await nextInvocation()).fail(new Error('poison'));
    (await nextSleep()).end();
    expect(stream.position(consumer.name, 0)).toBe(3);
    const cured = await nextInvocation();
    expect(cured.texts).toEqual(['poison']);
    cured.succeed();
    const rest = await nextInvocation();
    expect(rest.texts).toEqual(['5', '6', '7']);
    rest.succeed();
    await checkpointed(stream, 7);
  });
});

describe('a function that reports its failures', () => {
  const settings = { functionResponseType: 'ReportBatchItemFailures' };

  it('is called again from the lowest record that it named, after a while', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2', '3', '4']);
    const { nextInvocation, nextSleep } = startSource(stream, settings);
    (await nextInvocation()).succeed(response('4', '3'));
    const sleep = await nextSleep();
    expect(sleep.milliseconds).toBe(100);
    expect(stream.position(consumer.name, 0)).toBe(2);
    sleep.end();
    const again = await nextInvocation();
    expect(again.texts).toEqual(['3', '4']);
    again.succeed(response());
    await checkpointed(stream, 4);
  });

  it('waits longer only while nothing gets done', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2', '3']);
    const { nextInvocation, nextSleep } = startSource(stream, settings);
    const delays: number[] = [];
    for (const failed of ['1', '1', '2', '2', '3']) {
      (await nextInvocation()).succeed(response(failed));
      const sleep = await nextSleep();
      delays.push(sleep.milliseconds);
      sleep.end();
    }
    expect(delays).toEqual([100, 200, 100, 200, 100]);
  });

  it('gets the whole batch again when its answer is not understood', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1', '2']);
    const { nextInvocation, nextSleep } = startSource(stream, settings);
    (await nextInvocation()).succeed(response('17'));
    (await nextSleep()).end();
    expect((await nextInvocation()).texts).toEqual(['1', '2']);
    expect(stream.position(consumer.name, 0)).toBe(0);
  });
});

describe('trouble with the log', () => {
  it('is tried again until a checkpoint is written, without calling the function again', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    let failures = 2;
    const troubled: LocalStream = {
      name: stream.name,
      ...delegate(stream),
      async finish(...args) {
        failures -= 1;
        if (failures >= 0) throw new Unavailable('The disk is full.');
        await stream.finish(...args);
      },
    };
    const { nextInvocation, nextSleep, pendingInvocations, logged } = startSource(troubled);
    (await nextInvocation()).succeed();
    for (const milliseconds of [100, 200]) {
      const sleep = await nextSleep();
      expect(sleep.milliseconds).toBe(milliseconds);
      sleep.end();
    }
    await checkpointed(stream, 1);
    expect(pendingInvocations()).toBe(0);
    expect(logged.map(({ level }) => level)).toEqual(['error', 'error']);
  });

  it('while it is read is logged and tried again', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    let failures = 1;
    const troubled: LocalStream = {
      name: stream.name,
      ...delegate(stream),
      take(...args) {
        failures -= 1;
        if (failures >= 0) throw new Error('The disk cannot be read.');
        return stream.take(...args);
      },
    };
    const { nextInvocation, nextSleep, logged } = startSource(troubled);
    (await nextSleep()).end();
    expect((await nextInvocation()).texts).toEqual(['1']);
    expect(logged.map(({ level }) => level)).toEqual(['error']);
  });

  it('does not keep a source from stopping', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1']);
    const troubled: LocalStream = {
      name: stream.name,
      ...delegate(stream),
      finish: () => Promise.reject(new Unavailable('The disk is full.')),
    };
    const { source, nextInvocation, nextSleep } = startSource(troubled);
    (await nextInvocation()).succeed();
    await nextSleep();
    await source.stop();
    const { nextInvocation: again } = startSource(stream);
    expect((await again()).texts).toEqual(['1']);
  });
});
