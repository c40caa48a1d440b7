import type { Clock } from '../lib/ports/clock.ts';
import type { EventStream } from '../lib/ports/event-stream.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import { callerIdentity } from './caller-identity.ts';
import { deployedNames, type DeployedNames } from './deployed-names.ts';
import type { DeployedPlace } from './place.ts';

/** A pipeline that was deployed, as a command reaches it: beside its functions, which go on. */
export interface DeployedPipeline {
  readonly store: ObjectStore;
  /** @throws RangeError  it has no such stream */
  readonly stream: (name: string) => Pick<EventStream, 'put'>;
  readonly names: DeployedNames;
}

/**
 * Region and credentials are those of the AWS environment, as for every program of AWS. Loaded only where it is asked
 * for: the SDK takes longer to load than a directory to read.
 * @throws Unavailable  AWS cannot be asked whose account it is
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
    names,
    stream(name) {
      const stream = streamsByName.get(name);
      if (stream === undefined) throw new RangeError(`There is no stream "${name}".`);
      return stream;
    },
  };
}

/** Its name has the account in it. */
async function bucketOfCaller(names: DeployedNames): Promise<string> {
  const { account, region } = await callerIdentity();
  return names.bucketName(account, region);
}
