import type { Outstanding } from '../../domain/completeness.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { streamNames } from '../../domain/stream-name.ts';
import type { Logger } from '../../logger.ts';
import type { CountingProgress } from '../../ports/counting-progress.ts';
import type { EventStream } from '../../ports/event-stream.ts';
import type { RollUpBacklog } from '../../ports/roll-up-backlog.ts';
import type { FailedRecords } from '../failed-records/failed-records.ts';
import type { Streams } from '../streams/streams.ts';

export interface CountingProgressPorts {
  readonly streams: Streams;
  readonly rollUps: RollUpBacklog;
  readonly failedRecords: Pick<FailedRecords, 'mayHave'>;
  readonly logger: Logger;
}

/**
 * Creates a reader of the progress of one customer, or of all: how far the counts are. It asks in the order in which entries move: the streams, then
 * the roll-ups, then the failed records. An entry leaves a stream when it is in its minute, or kept as failed; a minute
 * is announced to the roll-up before it is written. So an entry that moves on between two questions is seen by the
 * second one; in any other order it could pass both.
 *
 * While a failed record of the customer, or of any, is kept, something that was accepted long ago is not counted, and no instant
 * can be given.
 */
export function createCountingProgress(ports: CountingProgressPorts): CountingProgress {
  const { rollUps, failedRecords, logger } = ports;
  const orElse = async <T>(fallback: T, what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      logger.warn('How far the counts are cannot be found out now; answers say that they are not complete', {
        what,
        error,
      });
      return fallback;
    }
  };

  return {
    async of(customerId) {
      const minutes = await orElse(unknown, 'streams', () => readStreams(customerId, ports));
      const notRolledUp = await orElse(unknown, 'roll-ups', () => rollUps.of(customerId, minutes.through));
      const mayHaveFailed = await orElse(true, 'failed records', () => failedRecords.mayHave(customerId));
      if (mayHaveFailed) return { minutes: unknown, rollUps: unknown };
      return { minutes, rollUps: bothOf(minutes, notRolledUp) };
    },
  };
}

const unknown: Outstanding = { through: undefined, entries: undefined, waitsWithin: () => true };

async function readStreams(
  customerId: CustomerId | undefined,
  { streams }: CountingProgressPorts,
): Promise<Outstanding> {
  const both: Outstanding[] = [];
  for (const name of streamNames) both.push(await readStream(customerId, streams[name]));
  return both.reduce(bothOf);
}

async function readStream(customerId: CustomerId | undefined, stream: EventStream): Promise<Outstanding> {
  const backlog = await stream.backlogOf(customerId);
  if (backlog === undefined) {
    // It cannot tell its customers apart, and only reports how far it was consumed.
    const through = await stream.consumedThrough();
    return { through, entries: undefined, waitsWithin: () => false };
  }
  const { consumedThrough, entries } = backlog;
  return { through: consumedThrough, entries, waitsWithin: ({ from, to }) => backlog.waitsWithin(from, to) };
}

function bothOf(one: Outstanding, other: Outstanding): Outstanding {
  return {
    through:
      one.through === undefined || other.through === undefined
        ? undefined
        : earlier(one.through, other.through),
    entries:
      one.entries === undefined || other.entries === undefined ? undefined : one.entries + other.entries,
    waitsWithin: (range) => one.waitsWithin(range) || other.waitsWithin(range),
  };
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
