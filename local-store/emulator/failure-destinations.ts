import * as z from 'zod';
import type { LocalStore } from '../open-local-store.ts';
import { queueNameOf } from '../queues.ts';
import { arnOfResource, type Resource, type Resources } from '../resources.ts';
import { bucketDestination, queueDestination, type FailureDestination } from '../stream-event-source.ts';

/** The on-failure destination of an event in `serverless.yml`. */
export type NamedDestination =
  | { readonly kind: 'queue'; readonly queueName: string }
  /** The only bucket of this machine. */
  | { readonly kind: 'bucket' };

/** An ARN, alone or, in osls' form for queues, beside its type; the kind of destination follows from the ARN. */
const onFailureSchema = z.union([
  z.string(),
  arnOfResource.transform((logicalId) => ({ logicalId })),
  z
    .object({ arn: z.union([z.string(), arnOfResource.transform((logicalId) => ({ logicalId }))]) })
    .transform(({ arn }) => arn),
]);

const eventSchema = z.object({ destinations: z.object({ onFailure: z.unknown() }).optional() });

/**
 * Returns the destination of a `stream` event; `undefined` if it has none.
 * @throws Error  it is neither a queue nor a bucket of this service; the message begins with `whose`
 */
export function namedDestination(
  event: unknown,
  resources: Resources,
  whose: string,
): NamedDestination | undefined {
  const onFailure = eventSchema.safeParse(event).data?.destinations?.onFailure;
  if (onFailure === undefined) return undefined;
  const { data } = onFailureSchema.safeParse(onFailure);
  const logicalId = typeof data === 'string' ? logicalIdOf(data, resources) : data?.logicalId;
  const named = logicalId === undefined ? undefined : ofResource(logicalId, resources);
  if (named !== undefined) return named;
  throw new Error(
    `${whose} has an on-failure destination that is neither an SQS queue nor an S3 bucket of this service: ` +
      JSON.stringify(onFailure),
  );
}

export function openDestination(named: NamedDestination, store: LocalStore): FailureDestination {
  switch (named.kind) {
    case 'queue':
      return queueDestination(store.queue(named.queueName));
    case 'bucket':
      return bucketDestination(store.objects);
  }
}

function ofResource(logicalId: string, resources: Resources): NamedDestination | undefined {
  const type = resources[logicalId]?.Type;
  if (type === 'AWS::S3::Bucket') return { kind: 'bucket' };
  if (type === 'AWS::SQS::Queue') return { kind: 'queue', queueName: queueNameOf(logicalId, resources) };
  return undefined;
}

/** Returns the resource whose name an ARN ends with. */
function logicalIdOf(arn: string, resources: Resources): string | undefined {
  const [, , service, , , name] = arn.split(':');
  const isNamed = ({ Type, Properties }: Resource) =>
    (service === 'sqs' && Type === 'AWS::SQS::Queue' && Properties?.['QueueName'] === name) ||
    (service === 's3' && Type === 'AWS::S3::Bucket' && Properties?.['BucketName'] === name);
  return Object.entries(resources).find(([, resource]) => isNamed(resource))?.[0];
}
