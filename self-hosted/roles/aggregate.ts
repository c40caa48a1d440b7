import { aggregateHandler } from '../../handlers/aggregate.ts';
import { decodePartial } from '../../lib/domain/partial.ts';
import { createFailedRecordsDestination } from '../kafka/event-source/failed-records-destination.ts';
import { startStreamEventSource } from '../kafka/event-source/stream-event-source.ts';
import { groupName, topicName } from '../kafka/topics.ts';
import { streamEventOf } from '../stream-event-of.ts';
import { consumerRole } from './consumer-role.ts';
import { createFaults } from './faults.ts';
import type { RoleContext, RunningRole } from './role.ts';

/** Starts adding partials to their windows, current and late ones side by side. */
export function startAggregate(context: RoleContext): RunningRole {
  const { config, pipeline, clock, logger } = context;
  const { app, connection } = pipeline;
  const isTriedEnough = createFaults(() => performance.now());
  const invoke = aggregateHandler(
    async () => app,
    ({ stream, partition, sequenceNumber }) => isTriedEnough(`${stream}/${partition}/${sequenceNumber}`),
  );
  const destination = createFailedRecordsDestination({ store: app.store, clock });
  const sources = (
    [
      ['insights', 'aggregate', 'aggregate'],
      ['late', 'aggregate-late', 'aggregateLate'],
    ] as const
  ).map(([topic, group, functionKey]) =>
    startStreamEventSource({
      connection,
      topic: topicName(connection, topic),
      group: groupName(connection, group),
      instanceId: config.instanceId,
      functionKey,
      settings: streamEventOf(functionKey),
      invoke,
      destination,
      requireKnownFormat: ({ value }) => void decodePartial(value),
      clock,
      logger: logger.with({ function: functionKey }),
    }),
  );
  return consumerRole('aggregate', sources, context);
}
