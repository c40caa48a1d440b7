import { decodeIntent } from '../../lib/domain/announcement.ts';
import { parseStreamEventSettings } from '../../event-source/stream/settings.ts';
import { createFailedRecordsDestination } from '../kafka/event-source/failed-records-destination.ts';
import { startStreamEventSource } from '../kafka/event-source/stream-event-source.ts';
import { groupName, topicName } from '../kafka/topics.ts';
import { consumerRole } from './consumer-role.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { summarizeFunction } from './summarize-function.ts';

/** Intents that are in memory at one time, with the batches of some of them. */
const batchSize = 500;

/** Starts to emit the partials of stored batches. */
export function startSummarizer(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection } = pipeline;
  const { putMilliseconds, clockDifferenceMilliseconds, instanceId } = config;
  const stopping = new AbortController();
  const settings = parseStreamEventSettings({
    type: 'kinesis',
    batchSize,
    functionResponseType: 'ReportBatchItemFailures',
    bisectBatchOnFunctionError: true,
  });
  const source = startStreamEventSource({
    connection,
    topic: topicName(connection, 'batches'),
    group: groupName(connection, 'summarizer'),
    instanceId,
    functionKey: 'summarizer',
    settings,
    invoke: summarizeFunction(app, { putMilliseconds, clockDifferenceMilliseconds, signal: stopping.signal }),
    destination: createFailedRecordsDestination({ store: app.store, clock }),
    requireKnownFormat: ({ value }) => void decodeIntent(value),
    clock,
    logger: logger.with({ function: 'summarizer' }),
  });
  const stop = async () => {
    stopping.abort(); // those that wait for their batches come again
    await source.stop();
  };
  return consumerRole('summarizer', [{ ended: source.ended, stop }], context);
}
