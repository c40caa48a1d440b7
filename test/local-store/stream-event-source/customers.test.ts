import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LocalStream } from '../../../local-store/local-stream.ts';
import { response } from '../played-source.ts';
import { temporaryDirectory } from '../temporary-log.ts';
import { openStream, putTexts, startSource } from './source-fixture.ts';

const reported = { functionResponseType: 'ReportBatchItemFailures', batchSize: 100 };

const minute = (index: number) => `2025-12-28T18:${String(index).padStart(2, '0')}:00Z`;

async function allDone(stream: LocalStream): Promise<void> {
  while ((await stream.backlog()).records > 0) await setImmediate();
}

describe('a record that fails', () => {
  it('does not hold up those of other customers, neither of its batch nor later ones', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1'], `poor/${minute(1)}`);
    await putTexts(stream, ['2'], `other/${minute(1)}`);
    const { nextInvocation, nextSleep, pendingInvocations } = startSource(stream, reported);
    const first = await nextInvocation();
    expect(first.texts).toEqual(['1', '2']);
    first.succeed(response('1'));
    const innocent = await nextInvocation();
    expect(innocent.texts).toEqual(['2']);
    innocent.succeed(response());
    const backOff = await nextSleep();
    for (const text of ['3', '4']) {
      await putTexts(stream, [text], `third/${minute(1)}`);
      const later = await nextInvocation();
      expect(later.texts).toEqual([text]);
      later.succeed(response());
    }
    expect(pendingInvocations()).toBe(0);
    backOff.end();
    const again = await nextInvocation();
    expect(again.texts).toEqual(['1']);
    again.succeed(response());
    await allDone(stream);
  });

  it('comes before the later ones of its customer, until it succeeds', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1'], `poor/${minute(1)}`);
    const { nextInvocation, nextSleep, pendingInvocations } = startSource(stream, reported);
    (await nextInvocation()).succeed(response('1'));
    const backOff = await nextSleep();
    await putTexts(stream, ['2'], `poor/${minute(1)}`);
    await putTexts(stream, ['3'], `poor/${minute(2)}`);
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    backOff.end();
    const seen: string[] = [];
    while (seen.length < 3) {
      const invocation = await nextInvocation();
      seen.push(...invocation.texts);
      invocation.succeed(response());
    }
    expect(seen).toEqual(['1', '2', '3']);
  });

  it('is delivered one invocation at a time with all others of the partition', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1'], `poor/${minute(1)}`);
    const { nextInvocation, nextSleep, pendingInvocations } = startSource(stream, reported);
    (await nextInvocation()).succeed(response('1'));
    const backOff = await nextSleep();
    await putTexts(stream, ['2'], `other/${minute(1)}`);
    const other = await nextInvocation();
    backOff.end();
    await setImmediate();
    expect(pendingInvocations()).toBe(0);
    other.succeed(response());
    const again = await nextInvocation();
    expect(again.texts).toEqual(['1']);
    again.succeed(response());
    await allDone(stream);
  });

  it('stands alone where the function dies of it, and the other customers go on', async () => {
    const stream = await openStream(await temporaryDirectory());
    for (const text of ['1', 'poison', '3', '4']) await putTexts(stream, [text], `of-${text}/${minute(1)}`);
    const settings = { batchSize: 100, bisectBatchOnFunctionError: true };
    const { nextInvocation, nextSleep } = startSource(stream, settings);
    const delivered: string[] = [];
    const seen = async () => {
      const invocation = await nextInvocation();
      delivered.push(invocation.texts.join(' '));
      if (invocation.texts.includes('poison')) invocation.fail(new Error('poison'));
      else invocation.succeed();
    };
    for (let attempt = 0; attempt < 5; attempt += 1) await seen();
    expect(delivered).toEqual(['1 poison 3 4', '1 poison', '1', 'poison', '3 4']);
    const backOff = await nextSleep();
    while ((await stream.backlog()).records > 1) await setImmediate();
    backOff.end();
    const cured = await nextInvocation();
    cured.succeed();
    await allDone(stream);
  });
});

describe('an outage', () => {
  it('has a bounded number of customers tried apart, and loses nothing', async () => {
    const stream = await openStream(await temporaryDirectory());
    const count = 40;
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        putTexts(stream, [`${index}`], `cus-${index}/${minute(1)}`),
      ),
    );
    const { nextInvocation, nextSleep, pendingInvocations, logged } = startSource(stream, reported);
    let failed = 0;
    for (; failed < 9; failed += 1) {
      const { event, succeed } = await nextInvocation();
      succeed(response(event.Records[0]?.kinesis.sequenceNumber ?? ''));
    }
    await setImmediate();
    // Eight have their own backoff, and all others share one.
    const sleeps = await Promise.all(Array.from({ length: 9 }, () => nextSleep()));
    expect(pendingInvocations()).toBe(0);
    for (const { end } of sleeps) end();
    const seen: string[] = [];
    while (seen.length < count) {
      const invocation = await nextInvocation();
      seen.push(...invocation.texts);
      invocation.succeed(response());
    }
    expect(new Set(seen).size).toBe(count);
    await allDone(stream);
    expect(logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('does not keep a source from stopping, and what it had apart is delivered by the next one', async () => {
    const stream = await openStream(await temporaryDirectory());
    await putTexts(stream, ['1'], `poor/${minute(1)}`);
    await putTexts(stream, ['2'], `other/${minute(1)}`);
    const first = startSource(stream, reported);
    (await first.nextInvocation()).succeed(response('1'));
    (await first.nextInvocation()).succeed(response('2'));
    await Promise.all([first.nextSleep(), first.nextSleep()]);
    await first.source.stop();
    const second = startSource(stream, reported);
    expect((await second.nextInvocation()).texts).toEqual(['1', '2']);
  });
});

describe('a customer with many windows', () => {
  it('leaves room in each invocation for a customer with one', async () => {
    const stream = await openStream(await temporaryDirectory());
    await stream.put(
      Array.from({ length: 600 }, (_, index) => ({
        partitionKey: `flood/${minute(index % 60)}`.replace('T18', `T${String(10 + Math.floor(index / 60))}`),
        data: Buffer.from(`flood ${index}`),
      })),
    );
    const { nextInvocation } = startSource(stream, { batchSize: 500 });
    const alone = await nextInvocation();
    await putTexts(stream, ['live'], `live/${minute(1)}`);
    alone.succeed();
    const next = await nextInvocation();
    expect(next.texts).toContain('live');
    expect([alone.texts.length, next.texts.length]).toEqual([64, 17]);
  });
});
