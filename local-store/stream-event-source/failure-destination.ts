import { hash, randomUUID } from 'node:crypto';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import type { LocalQueue } from '../local-queue.ts';
import type { FailureDestination } from '../../event-source/stream/failure-destination.ts';
import type { InvocationRecord } from '../../event-source/stream/invocation-record.ts';

export type { FailureDestination };

/** Creates a destination for a queue, which gets a message about the records and not the records. */
export function queueDestination(queue: Pick<LocalQueue, 'send'>): FailureDestination {
  return { deliver: (record) => queue.send(JSON.stringify(record)) };
}

/**
 * Creates a destination for the bucket, which gets the records as well. The key is AWS's,
 * `aws/lambda/<mapping>/<shard>/2025/12/28/…`, but in lower case, since keys here have no upper case; the id of the
 * mapping is always the same for one function and stream.
 */
export function bucketDestination(objects: Pick<ObjectStore, 'put'>): FailureDestination {
  return {
    async deliver(record, event) {
      const body = JSON.stringify({ ...record, payload: JSON.stringify(event) });
      await objects.put(keyOf(record), Buffer.from(body), { ifNoneMatch: '*' });
    },
  };
}

function keyOf({ requestContext, timestamp, KinesisBatchInfo }: InvocationRecord): ObjectKey {
  const { shardId, streamArn } = KinesisBatchInfo;
  const mapping = uuidOf(`${requestContext.functionArn}\n${streamArn}`);
  const [date = '', time = ''] = timestamp.split(/[T.]/);
  const instant = `${date}T${time.replaceAll(':', '.')}`;
  const path = ['aws/lambda', mapping, shardId, ...date.split('-'), `${instant}-${randomUUID()}`];
  return path.join('/').toLowerCase() as ObjectKey;
}

function uuidOf(name: string): string {
  return hash('sha256', name, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
