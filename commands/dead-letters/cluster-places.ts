import { openCluster } from '../open-cluster.ts';
import type { ClusterPlace } from '../place.ts';
import type { RedrivePlaces } from './redrive.ts';

/**
 * Opens the places of a pipeline of the cluster form: the bucket with the failed records of all topics, and the topics
 * that they go back to. The topic of dead letters is not among them: what is on it is announced again.
 */
export async function openClusterPlaces(
  place: ClusterPlace,
): Promise<RedrivePlaces & { readonly close: () => Promise<void> }> {
  const { store, stream, close } = await openCluster(place);
  return {
    store,
    stream,
    queueNames: [],
    hasQueuesOfWork: false,
    messagesOf: () => [],
    giveBack: async () => false,
    remove: async () => undefined,
    close,
  };
}
