import { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../lib/ports/clock.ts';
import { openDeployed } from '../open-deployed.ts';
import type { DeployedPlace } from '../place.ts';
import type { RedrivePlaces } from './redrive.ts';
import { openSqsMessages } from './sqs-messages.ts';

/**
 * The places of a pipeline that was deployed: the bucket, the queues of dead letters, and the streams. Its functions go on
 * meanwhile.
 * @param warn  told where there is more than is looked at
 * @throws Unavailable  AWS cannot be asked
 */
export async function openDeployedPlaces(
  place: DeployedPlace,
  clock: Clock,
  warn: (text: string) => void,
): Promise<RedrivePlaces & { readonly close: () => Promise<void> }> {
  const { store, stream, names } = await openDeployed(place, clock);
  const client = new SQSClient({});
  const { release, ...messages } = openSqsMessages(client, names.deadLetterQueues, clock, warn);
  return {
    store,
    stream,
    queueNames: names.deadLetterQueues.map(({ name }) => name),
    hasQueuesOfWork: false,
    ...messages,
    async close() {
      try {
        await release();
      } finally {
        client.destroy();
      }
    },
  };
}
