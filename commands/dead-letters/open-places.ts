import { parseConfig } from '../../lib/config.ts';
import { maxKeyTextBytes } from '../../lib/domain/folding.ts';
import { complain, type Io, type OperatorIo } from '../io.ts';
import type { DeployedPlace, Place } from '../place.ts';
import type { DeadLetterPlaces } from './find-dead-letters.ts';
import { openClusterPlaces } from './cluster-places.ts';
import { openLocalPlaces, readLocalPlaces } from './local-places.ts';
import type { RedrivePlaces } from './redrive.ts';

type DeadLettersIo = OperatorIo & Pick<Io, 'env'>;

interface Closable {
  readonly close: () => Promise<void>;
}

/** Opens the places for reading, also beside a running pipeline. Close them soon. */
export async function readPlaces(place: Place, io: DeadLettersIo): Promise<DeadLetterPlaces & Closable> {
  switch (place.kind) {
    case 'local':
      return readLocalPlaces(place.dataDirectory);
    case 'deployed':
      return openDeployed(place, io);
    case 'cluster':
      return openClusterPlaces(place);
  }
}

/** Opens the places for a redrive; a directory must not be in use by anyone else. */
export async function openPlaces(place: Place, io: DeadLettersIo): Promise<RedrivePlaces & Closable> {
  switch (place.kind) {
    case 'local':
      return openLocalPlaces(place.dataDirectory, io);
    case 'deployed':
      return openDeployed(place, io);
    case 'cluster':
      return openClusterPlaces(place);
  }
}

/** Loads the module, and with it the SDK, only when it is needed. */
async function openDeployed(place: DeployedPlace, io: DeadLettersIo): Promise<RedrivePlaces & Closable> {
  const { openDeployedPlaces } = await import('./deployed-places.ts');
  const { maxKeysPerDimension } = parseConfig(io.env);
  return openDeployedPlaces(place, io.clock, { maxKeysPerDimension, maxKeyTextBytes }, (text) =>
    complain(io, text),
  );
}
