import { exhaustedRecords, type ExhaustedRecords, type FailedRecords } from './exhausted-records.ts';
import { invocationRecord } from './invocation-record.ts';
import { kinesisStreamEvent } from './kinesis-event.ts';
import type { DeliveryContext } from './delivery-context.ts';

/**
 * Delivers the failed records that have reached a limit to the destination, and returns how many there are. Returns 0
 * while the destination is not available: the records are then tried again. So no record is lost if destination and
 * function fail together.
 */
export async function sendExhausted(
  partition: number,
  failed: FailedRecords,
  context: DeliveryContext,
): Promise<number> {
  const { settings, clock, destination } = context;
  const exhausted = exhaustedRecords(failed, settings);
  if (exhausted === undefined || destination === undefined) return 0;
  const facts = factsOf(partition, exhausted, failed, context);
  try {
    const record = invocationRecord(exhausted, failed, { ...context, partition }, clock.now());
    const event = kinesisStreamEvent(partition, exhausted.records, context);
    await destination.deliver(record, event, failed.outcome.cause);
  } catch (error) {
    context.logger.error('Stream records could not be delivered to their on-failure destination.', {
      ...facts,
      error,
    });
    return 0;
  }
  context.logger.error('Stream records reached their limit and are at the on-failure destination.', {
    ...facts,
    error: failed.outcome.cause,
  });
  return exhausted.records.length;
}

function factsOf(
  partition: number,
  { records, condition }: ExhaustedRecords,
  { invocations }: FailedRecords,
  { stream, consumer }: DeliveryContext,
): Readonly<Record<string, unknown>> {
  return {
    stream: stream.name,
    consumer,
    partition,
    fromSequence: records[0]?.sequence,
    records: records.length,
    condition,
    invocations,
  };
}
