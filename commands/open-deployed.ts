import type { Clock } from '../lib/ports/clock.ts';
import type { EventStream } from '../lib/ports/event-stream.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { Streams } from '../lib/pipeline/streams/streams.ts';
import { callerIdentity } from './caller-identity.ts';
import { deployedNames, type DeployedNames } from './deployed-names.ts';
import type { DeployedPlace } from './place.ts';

/** A deployed pipeline, as a command sees it; its functions keep running. */
export interface DeployedPipeline {
  readonly store: ObjectStore;
  readonly streams: Streams;
  /** @throws RangeError  the pipeline does not have the stream */
  readonly stream: (name: string) => Pick<EventStream, 'put'>;
  readonly names: DeployedNames;
}

/**
 * Opens a deployed pipeline with the region and credentials of the AWS environment, as every AWS program does. Commands load
 * this file only when they need it: loading the SDK takes longer than reading a directory.
 * @throws Unavailable  AWS does not say which account the credentials belong to
 */
export async function openDeployed(place: DeployedPlace, clock: Clock): Promise<DeployedPipeline> {
  const names = deployedNames(place.stage);
  const bucketName = place.bucketName ?? (await bucketOfCaller(names));
  const { openAwsStorage } = await import('../lib/adapters/aws.ts');
  const { store, streams } = openAwsStorage({ ...names, bucketName }, clock);
  const streamsByName = new Map([
    [names.insightStreamName, streams.insights],
    [names.lateStreamName, streams.late],
  ]);
  return {
    store,
    streams,
    names,
    stream(name) {
      const stream = streamsByName.get(name);
      if (stream === undefined) throw new RangeError(`There is no stream "${name}".`);
      return stream;
    },
  };
}

/** Returns the name of the bucket, which contains the account. */
async function bucketOfCaller(names: DeployedNames): Promise<string> {
  const { account, region } = await callerIdentity();
  return names.bucketName(account, region);
}
