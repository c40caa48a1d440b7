import { SQSClient } from '@aws-sdk/client-sqs';
import type { FoldingLimits } from '../../lib/domain/folding.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { openDeployed } from '../open-deployed.ts';
import type { DeployedPlace } from '../place.ts';
import type { RedrivePlaces } from './redrive.ts';
import { rollUpNotification } from './roll-up-notification.ts';
import { openSqsMessages } from './sqs-messages.ts';
import { watchDeployed } from './watch-deployed.ts';

/**
 * Opens the places of a deployed pipeline: the bucket, the queues of dead letters, and the streams. The functions keep
 * running.
 * @param limits  those by which the functions fold keys
 * @param warn    called for a queue that has more messages than the command reads
 * @throws Unavailable  AWS cannot be reached, or refuses
 */
export async function openDeployedPlaces(
  place: DeployedPlace,
  clock: Clock,
  limits: FoldingLimits,
  warn: (text: string) => void,
): Promise<RedrivePlaces & { readonly close: () => Promise<void> }> {
  const { store, stream, names } = await openDeployed(place, clock);
  const client = new SQSClient({});
  const { release, send, ...messages } = openSqsMessages(client, names.deadLetterQueues, clock, warn);
  return {
    store,
    stream,
    watchCounting: () => watchDeployed({ store, clock, limits }),
    queueNames: names.deadLetterQueues.map(({ name }) => name),
    hasQueuesOfWork: false,
    ...messages,
    notifyRollUp: (minute) => send(names.rollUpQueueName, rollUpNotification(minute, clock.now())),
    async close() {
      try {
        await release();
      } finally {
        client.destroy();
      }
    },
  };
}
