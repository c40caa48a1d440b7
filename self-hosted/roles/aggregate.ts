import { aggregateHandler } from '../../handlers/aggregate.ts';
import { stopAtNewerFormat } from '../kafka/consumer/role-stopped.ts';
import { createFailedRecordsDestination } from '../kafka/event-source/failed-records-destination.ts';
import { startStreamEventSource } from '../kafka/event-source/stream-event-source.ts';
import { groupName, topicName } from '../kafka/topics.ts';
import { streamEventOf } from '../stream-event-of.ts';
import { aggregatePath, createAggregateCalls, type AggregateFunction } from './aggregate-calls.ts';
import { consumerRole, type Source } from './consumer-role.ts';
import { createFaults } from './faults.ts';
import type { RoleContext, RunningRole } from './role.ts';

type Invoke = ReturnType<typeof aggregateHandler>;

/**
 * Starts adding partials to their windows, current and late ones side by side: those that it reads itself, those that a
 * Flink job hands over, or both.
 */
export function startAggregate(context: RoleContext): RunningRole {
  const { config, pipeline, logger } = context;
  const { app, connection } = pipeline;
  const { aggregateEngine: engine } = config;
  const isTriedEnough = createFaults(() => performance.now());
  const handler: AggregateFunction = (onNewerFormat) =>
    aggregateHandler(async () => app, {
      isTriedEnough: ({ stream, partition, sequenceNumber }) =>
        isTriedEnough(`${stream}/${partition}/${sequenceNumber}`),
      onNewerFormat,
    });
  const sources = engine === 'flink' ? [] : startSources(context, handler(stopAtNewerFormat));
  if (engine === 'event-source') return consumerRole('aggregate', sources, context);
  const calls = createAggregateCalls({
    handler,
    topics: new Set([topicName(connection, 'insights'), topicName(connection, 'late')]),
    logger: logger.with({ function: 'aggregate' }),
  });
  const role = consumerRole('aggregate', [...sources, calls], context);
  return {
    ...role,
    calls: new Map([[aggregatePath, calls.call]]),
    problem: () => role.problem() ?? calls.problem(),
  };
}

function startSources({ config, pipeline, clock, logger }: RoleContext, invoke: Invoke): Source[] {
  const { app, connection } = pipeline;
  const destination = createFailedRecordsDestination({ store: app.store, clock });
  return (
    [
      ['insights', 'aggregate', 'aggregate'],
      ['late', 'aggregate-late', 'aggregateLate'],
    ] as const
  ).map(([topic, group, functionKey]) =>
    startStreamEventSource({
      connection,
      topic: topicName(connection, topic),
      group: groupName(connection, group),
      // It begins where a Flink job has come, which was in use before or is beside it.
      sharedWith: [groupName(connection, 'flink')],
      instanceId: config.instanceId,
      functionKey,
      settings: streamEventOf(functionKey),
      invoke,
      destination,
      clock,
      logger: logger.with({ function: functionKey }),
    }),
  );
}
