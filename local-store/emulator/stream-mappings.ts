import * as z from 'zod';
import { arnOfResource, integerProperty, parseProperties, type Resources } from '../resources.ts';
import { parseStreamEventSettings, type StreamEventSettings } from '../../event-source/stream/settings.ts';
import { namedDestination, type NamedDestination } from './failure-destinations.ts';
import type { ServerlessService } from './serverless.ts';

/** A function and a stream that it consumes, as `serverless.yml` maps them. */
export interface StreamMapping {
  readonly functionKey: string;
  readonly streamName: string;
  readonly partitionCount: number;
  readonly settings: StreamEventSettings;
  readonly destination: NamedDestination | undefined;
}

/** Number of partitions of a stream in on-demand mode, which does not set a number of shards. */
const defaultPartitionCount = 8;

const streamPropertiesSchema = z.object({
  Name: z.string(),
  ShardCount: integerProperty(1, 10_000).optional(),
});

/**
 * Returns the event source mappings from streams. On AWS the framework creates them at a deployment; here they are
 * read from the same `stream` events, and a stream's name and number of shards from its resource.
 * @throws Error  an event names no stream of this service, or has a setting that this machine does not support
 */
export function streamMappings(
  functions: ServerlessService['functions'],
  resources: Resources,
): StreamMapping[] {
  return Object.entries(functions).flatMap(([functionKey, { events }]) =>
    events.flatMap(({ stream }) => {
      if (stream === undefined) return [];
      const { Name, ShardCount } = streamOf(stream, resources, functionKey);
      const whose = `The event of the stream "${Name}" of the function "${functionKey}"`;
      return [
        {
          functionKey,
          streamName: Name,
          partitionCount: ShardCount ?? defaultPartitionCount,
          settings: parseStreamEventSettings(stream),
          destination: namedDestination(stream, resources, whose),
        },
      ];
    }),
  );
}

function streamOf(
  event: unknown,
  resources: Resources,
  functionKey: string,
): z.output<typeof streamPropertiesSchema> {
  const { data } = z.object({ arn: arnOfResource }).safeParse(event);
  const resource = data && resources[data.arn];
  if (data === undefined || resource?.Type !== 'AWS::Kinesis::Stream') {
    throw new Error(
      `A stream event of the function "${functionKey}" does not name a Kinesis stream of this service.`,
    );
  }
  return parseProperties(streamPropertiesSchema, data.arn, resource);
}
