import type { KinesisStreamEvent } from 'aws-lambda';
import type { App } from '../handlers/wiring.ts';
import { parseBatch } from '../lib/domain/parse-batch.ts';
import { minutesOf, summarise } from '../lib/domain/summarise.ts';
import { maxRecordBytes } from '../lib/ports/event-stream.ts';
import { batchIdOf, customer } from '../test/factories.ts';
import { kinesisEvent } from '../test/handlers/app.ts';
import type { SampleTraffic } from './sample-traffic.ts';

const entriesPerPartial = 20;

/** Creates partials as `ingest` does, each from its own batch with 20 entries of one minute. */
export function createSamplePartials(traffic: SampleTraffic, { rules, config }: App) {
  let made = 0;
  return (customerText: string, minute: Date): Buffer => {
    const body = Buffer.from(JSON.stringify(traffic.entries(entriesPerPartial, minute, 1)));
    made += 1;
    const partials = summarise(
      {
        customerId: customer(customerText),
        batchId: batchIdOf(`batch-${made}`),
        payloadHash: 'a'.repeat(64),
        storedAt: minute,
      },
      minutesOf(parseBatch(body, 'application/json')),
      { rules, ...config, maxRecordBytes },
    );
    const [partial] = partials;
    if (partial === undefined) throw new Error('A batch of one minute has no partial.');
    return partial.data;
  };
}

/** Creates an event with the partials as its records, numbered from `firstSequence`. */
export function eventOf(partials: readonly Buffer[], firstSequence: number): KinesisStreamEvent {
  return kinesisEvent(partials.map((data, n) => ({ sequenceNumber: String(firstSequence + n), data })));
}
