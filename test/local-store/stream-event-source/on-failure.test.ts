import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import type { LocalStream } from '../../../local-store/local-stream.ts';
import type { FailureDestination } from '../../../local-store/stream-event-source.ts';
import { SetClock, startedAt } from '../queues/queue-fixture.ts';
import { response } from '../played-source.ts';
import { openLog, temporaryDirectory } from '../temporary-log.ts';
import { consumer, eventSourceArn, functionArn, putTexts, startSource } from './source-fixture.ts';

type Delivery = Parameters<FailureDestination['deliver']>;

const reported = { functionResponseType: 'ReportBatchItemFailures' };
const halved = { bisectBatchOnFunctionError: true };
const away = new Unavailable('The destination is away.');

/** Starts a source whose stream has these records, with a destination that keeps what it gets unless it is down. */
async function startWithDestination(settings: object, texts: readonly string[], putSecondsBefore = 0) {
  const clock = new SetClock();
  const log = await openLog(await temporaryDirectory(), clock);
  const stream = await log.stream('insights', { partitionCount: 1, consumers: [consumer] });
  await putTexts(stream, texts);
  clock.advance(putSecondsBefore);
  const delivered: Delivery[] = [];
  const destination = {
    isAway: false,
    async deliver(...delivery: Delivery) {
      if (destination.isAway) throw away;
      // Unfinished records are never passed, wherever the process dies.
      expect(position(stream)).toBeLessThan(Number(delivery[0].KinesisBatchInfo.startSequenceNumber));
      delivered.push(delivery);
    },
  };
  const event = { destinations: { onFailure: 'given by argument' }, ...settings };
  const played = startSource(stream, event, { clock, destination });
  const failAfter = async (seconds: number, ...expected: readonly string[]) => {
    const invocation = await played.nextInvocation();
    expect(invocation.texts).toEqual(expected);
    played.elapse(seconds);
    invocation.fail(new Error('died of it'));
  };
  const fail = (...expected: readonly string[]) => failAfter(0, ...expected);
  const succeed = async (...expected: readonly string[]) => {
    const invocation = await played.nextInvocation();
    expect(invocation.texts).toEqual(expected);
    invocation.succeed();
  };
  const sleepThrough = async () => (await played.nextSleep()).end();
  return { ...played, clock, stream, delivered, destination, fail, failAfter, succeed, sleepThrough };
}

function position(stream: LocalStream): number {
  return stream.position(consumer.name, 0);
}

async function passed(stream: LocalStream, sequence: number): Promise<void> {
  while (position(stream) < sequence) await setImmediate();
}

function textsOf([, { Records }]: Delivery): readonly string[] {
  return Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString());
}

function ranges(delivered: readonly Delivery[]) {
  return delivered.map(([{ requestContext, KinesisBatchInfo }]) => [
    requestContext.condition,
    requestContext.approximateInvokeCount,
    `${KinesisBatchInfo.startSequenceNumber}-${KinesisBatchInfo.endSequenceNumber}`,
  ]);
}

describe('the report to a destination', () => {
  it('is the one that AWS sends', async () => {
    const { fail, delivered, stream } = await startWithDestination({ maximumRetryAttempts: 0 }, ['1', '2']);
    await fail('1', '2');
    await passed(stream, 2);
    expect(delivered.map(([record]) => record)).toEqual([
      {
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
          functionArn,
          condition: 'RetryAttemptsExhausted',
          approximateInvokeCount: 1,
        },
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        version: '1.0',
        timestamp: startedAt.toISOString(),
        KinesisBatchInfo: {
          shardId: 'shardId-000000000000',
          startSequenceNumber: '1',
          endSequenceNumber: '2',
          approximateArrivalOfFirstRecord: startedAt.toISOString(),
          approximateArrivalOfLastRecord: startedAt.toISOString(),
          batchSize: 2,
          streamArn: eventSourceArn,
        },
      },
    ]);
    expect(delivered.map(textsOf)).toEqual([['1', '2']]);
  });

  it('is that the function ended well, where it reported the record', async () => {
    const settings = { maximumRetryAttempts: 0, ...reported };
    const { nextInvocation, delivered, stream } = await startWithDestination(settings, ['1']);
    (await nextInvocation()).succeed(response('1'));
    await passed(stream, 1);
    expect(delivered[0]?.[0].responseContext).toMatchObject({ statusCode: 200, functionError: null });
  });
});

describe('a limit of attempts', () => {
  it('gives a batch up after so many repetitions, and goes on behind it', async () => {
    const settings = { maximumRetryAttempts: 2, batchSize: 2 };
    const { fail, succeed, sleepThrough, delivered, stream, logged } = await startWithDestination(settings, [
      '1',
      '2',
      '3',
    ]);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await fail('1', '2');
      await sleepThrough();
      expect(delivered).toEqual([]);
    }
    await fail('1', '2');
    await succeed('3');
    await passed(stream, 3);
    expect(ranges(delivered)).toEqual([['RetryAttemptsExhausted', 3, '1-2']]);
    expect(logged.map(({ level }) => level)).toEqual(['warn', 'warn', 'error']);
  });

  it('is not used up by halving, and takes the record alone that the function dies of', async () => {
    const settings = { maximumRetryAttempts: 1, ...halved };
    const { fail, succeed, sleepThrough, delivered, stream } = await startWithDestination(settings, [
      '1',
      'poison',
      '3',
      '4',
    ]);
    await fail('1', 'poison', '3', '4');
    await fail('1', 'poison');
    await succeed('1');
    await fail('poison');
    await sleepThrough();
    await fail('poison');
    await succeed('3', '4');
    await passed(stream, 4);
    expect(ranges(delivered)).toEqual([['RetryAttemptsExhausted', 2, '2-2']]);
  });

  it('counts what the function reports, and takes the record alone that it names', async () => {
    const settings = { maximumRetryAttempts: 1, ...reported };
    const { nextInvocation, succeed, sleepThrough, delivered, stream } = await startWithDestination(
      settings,
      ['1', '2', '3'],
    );
    (await nextInvocation()).succeed(response('2'));
    await sleepThrough();
    (await nextInvocation()).succeed(response('2', '3'));
    await succeed('3');
    await passed(stream, 3);
    expect(ranges(delivered)).toEqual([['RetryAttemptsExhausted', 2, '2-2']]);
  });
});

describe('a limit of age', () => {
  const minute = { maximumRecordAgeInSeconds: 60 };
  const hour = { maximumRecordAgeInSeconds: 3_600 };

  it('gives up what was tried for longer, by attempts and the back-off after them', async () => {
    const { failAfter, sleepThrough, delivered, stream } = await startWithDestination(minute, ['1']);
    for (const seconds of [30, 29.5, 0.2]) {
      await failAfter(seconds, '1');
      await sleepThrough(); // 0.1 s, 0.2 s and 0.4 s: a minute has passed with the second one, and no more
      expect(delivered).toEqual([]);
    }
    await failAfter(0, '1');
    await passed(stream, 1);
    expect(ranges(delivered)).toEqual([['RecordAgeExceeded', 4, '1-1']]);
  });

  it('counts no clock that is set, no machine that sleeps, and no process that is stopped', async () => {
    const halfADay = 43_200;
    const { failAfter, fail, succeed, nextSleep, sleepThrough, elapse, clock, delivered, stream } =
      await startWithDestination(hour, ['1']);
    clock.advance(halfADay);
    await fail('1');
    const sleep = await nextSleep();
    elapse(halfADay);
    clock.advance(halfADay);
    sleep.end();
    await failAfter(halfADay, '1');
    await sleepThrough();
    await succeed('1');
    await passed(stream, 1);
    expect(delivered).toEqual([]);
  });

  it('is for each record its own: what waited behind another has all of it', async () => {
    const settings = { ...minute, batchSize: 1 };
    const { failAfter, fail, succeed, sleepThrough, clock, delivered, stream } = await startWithDestination(
      settings,
      ['poison', '2'],
    );
    clock.advance(61);
    await failAfter(61, 'poison');
    await fail('2');
    await sleepThrough();
    await succeed('2');
    await passed(stream, 2);
    expect(ranges(delivered)).toEqual([['RecordAgeExceeded', 1, '1-1']]);
  });

  it('begins anew with the record that is named now, where those before it have succeeded', async () => {
    const settings = { ...minute, ...reported };
    const { nextInvocation, elapse, sleepThrough, delivered, stream } = await startWithDestination(settings, [
      '1',
      '2',
    ]);
    for (const [failing, seconds] of [
      ['1', 50],
      ['2', 50],
      ['2', 10],
    ] as const) {
      const invocation = await nextInvocation();
      elapse(seconds);
      invocation.succeed(response(failing));
      if (seconds === 50) await sleepThrough();
    }
    await passed(stream, 2);
    expect(ranges(delivered)).toEqual([['RecordAgeExceeded', 2, '2-2']]);
  });

  it('does not take what the function does not die of: the batch is halved first', async () => {
    const settings = { ...minute, ...halved };
    const { failAfter, succeed, sleepThrough, delivered, stream } = await startWithDestination(settings, [
      '1',
      'poison',
      '3',
    ]);
    await failAfter(61, '1', 'poison', '3');
    await failAfter(61, '1', 'poison');
    await succeed('1');
    await failAfter(60, 'poison');
    await sleepThrough();
    await failAfter(0, 'poison');
    await succeed('3');
    await passed(stream, 3);
    expect(ranges(delivered)).toEqual([['RecordAgeExceeded', 2, '2-2']]);
  });

  it('begins anew when the source is started: what waited on a machine that was off is tried', async () => {
    const day = 86_400;
    const { fail, succeed, sleepThrough, delivered, stream } = await startWithDestination(hour, ['1'], day);
    await fail('1');
    await sleepThrough();
    await succeed('1');
    await passed(stream, 1);
    expect(delivered).toEqual([]);
  });
});

describe('a destination that is away', () => {
  it('holds up the record and drops nothing', async () => {
    const settings = { maximumRetryAttempts: 0, batchSize: 1 };
    const { fail, succeed, nextSleep, destination, delivered, stream, logged } = await startWithDestination(
      settings,
      ['1', '2'],
    );
    destination.isAway = true;
    for (const milliseconds of [100, 200, 400]) {
      await fail('1');
      const sleep = await nextSleep();
      expect([sleep.milliseconds, position(stream)]).toEqual([milliseconds, 0]);
      sleep.end();
    }
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(3);
    destination.isAway = false;
    await fail('1');
    await succeed('2');
    await passed(stream, 2);
    expect(ranges(delivered)).toEqual([['RetryAttemptsExhausted', 4, '1-1']]);
  });

  it('gives up nothing that succeeds when the outage is over', async () => {
    const settings = { maximumRetryAttempts: 0, ...reported };
    const { nextInvocation, succeed, sleepThrough, destination, delivered, stream } =
      await startWithDestination(settings, ['1', '2']);
    destination.isAway = true;
    (await nextInvocation()).succeed(response('1', '2'));
    await sleepThrough();
    destination.isAway = false;
    await succeed('1', '2');
    await passed(stream, 2);
    expect(delivered).toEqual([]);
  });

  it('does not keep a source from stopping', async () => {
    const settings = { maximumRetryAttempts: 0 };
    const { source, fail, nextSleep, destination, stream } = await startWithDestination(settings, ['1']);
    destination.isAway = true;
    await fail('1');
    await nextSleep();
    await source.stop();
    expect(position(stream)).toBe(0);
  });
});
