import { Unavailable } from '../lib/errors.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { EventStream } from '../lib/ports/event-stream.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
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
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error('it gave no account');
    return names.bucketName(Account, await client.config.region());
  } catch (cause) {
    throw new Unavailable('AWS does not say whose account it is; BUCKET_NAME can name the bucket.', {
      cause,
    });
  } finally {
    client.destroy();
  }
}
