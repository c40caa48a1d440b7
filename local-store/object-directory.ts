export { agedObjects } from './object-directory/aged-objects.ts';
export { InvalidObjectKey } from './object-directory/key-place.ts';
export { openObjectDirectory, readObjectDirectory } from './object-directory/open-object-directory.ts';
export type { IntendedCreation, ObjectDirectory } from './object-directory/object-directory.ts';
