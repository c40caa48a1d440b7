import * as z from 'zod';
import { parseStreamEventSettings, type StreamEventSettings } from '../stream-event-source/settings.ts';
import type { ServerlessService } from './serverless.ts';

/** A function and a stream that it consumes, as `serverless.yml` maps them. */
export interface StreamMapping {
  readonly functionKey: string;
  readonly streamName: string;
  readonly partitionCount: number;
  readonly settings: StreamEventSettings;
}

/** Of a stream in on-demand mode: Kinesis begins with 4, and a laptop has no use for more than this. */
const defaultPartitionCount = 8;

const arnSchema = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) });
const streamPropertiesSchema = z.object({ Name: z.string(), ShardCount: z.int().min(1).optional() });

/**
 * The event source mappings of a service. The framework would make them at a deployment; here they are read from the
 * same `stream` events, and a stream's name and number of shards from its resource.
 * @throws Error  an event names no stream of this service, or has a setting that this machine cannot honour
 */
export function streamMappings({ functions, resources }: ServerlessService): StreamMapping[] {
  return Object.entries(functions).flatMap(([functionKey, { events }]) =>
    events.flatMap(({ stream }) => {
      if (stream === undefined) return [];
      const { Name, ShardCount } = streamOf(stream, resources?.Resources ?? {}, functionKey);
      const partitionCount = ShardCount ?? defaultPartitionCount;
      return [{ functionKey, streamName: Name, partitionCount, settings: parseStreamEventSettings(stream) }];
    }),
  );
}

function streamOf(
  event: unknown,
  resources: NonNullable<NonNullable<ServerlessService['resources']>['Resources']>,
  functionKey: string,
): z.output<typeof streamPropertiesSchema> {
  const arn = arnSchema.safeParse(
    typeof event === 'object' && event !== null && 'arn' in event ? event.arn : undefined,
  );
  const logicalId = arn.data?.['Fn::GetAtt'][0];
  const resource = logicalId === undefined ? undefined : resources[logicalId];
  if (resource?.Type !== 'AWS::Kinesis::Stream') {
    throw new Error(
      `A stream event of the function "${functionKey}" does not name a Kinesis stream of this service.`,
    );
  }
  return streamPropertiesSchema.parse(resource.Properties);
}
