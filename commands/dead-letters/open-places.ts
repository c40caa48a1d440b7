import { complain, type OperatorIo } from '../io.ts';
import type { DeployedPlace, Place } from '../place.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';
import { openLocalPlaces, readLocalPlaces } from './local-places.ts';
import type { RedrivePlaces } from './redrive.ts';

interface Closable {
  readonly close: () => Promise<void>;
}

/** The places for who only looks, also beside a running pipeline. To be closed soon. */
export async function readPlaces(place: Place, io: OperatorIo): Promise<DeadLetterPlaces & Closable> {
  return place.kind === 'local' ? readLocalPlaces(place.dataDirectory) : openDeployed(place, io);
}

/** The places for who gives back; those of a directory must be nobody else's. */
export async function openPlaces(place: Place, io: OperatorIo): Promise<RedrivePlaces & Closable> {
  return place.kind === 'local' ? openLocalPlaces(place.dataDirectory, io) : openDeployed(place, io);
}

/** Loaded only where it is asked for, as the SDK is. */
async function openDeployed(place: DeployedPlace, io: OperatorIo): Promise<RedrivePlaces & Closable> {
  const { openDeployedPlaces } = await import('./deployed-places.ts');
  return openDeployedPlaces(place, io.clock, (text) => complain(io, text));
}
