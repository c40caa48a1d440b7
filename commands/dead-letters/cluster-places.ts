import { openCluster } from '../open-cluster.ts';
import type { ClusterPlace } from '../place.ts';
import type { RedrivePlaces } from './redrive.ts';

/**
 * Opens the places of a pipeline of the cluster form: the bucket with the failed records of all topics, the topics that they go
 * back to, and the topic of dead letters. The roles keep running.
 */
export async function openClusterPlaces(
  place: ClusterPlace,
): Promise<RedrivePlaces & { readonly close: () => Promise<void> }> {
  const { store, stream, deadLetters, notifyRollUp, untilCounted, close } = await openCluster(place);
  return {
    store,
    stream,
    notifyRollUp,
    watchCounting: async () => async (put) => {
      const isCounted = await untilCounted();
      return put.map(() =>
        isCounted ? { kind: 'counted' } : { kind: 'unknown', why: 'counting is behind' },
      );
    },
    queueNames: [deadLetters.name],
    hasQueuesOfWork: false,
    async *messagesOf() {
      yield* await deadLetters.list();
    },
    giveBack: ({ message }) => deadLetters.giveBack(message.id),
    // No message announces a failed record here, so each is a dead letter of its own.
    remove: ({ message }) => deadLetters.discard(message.id),
    close,
  };
}
