import { join } from 'node:path';
import type { ObjectReader } from '../../lib/pipeline/audit/audit-ports.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { requireDataDirectory } from '../data-directory.ts';
import type { OperatorIo } from '../io.ts';
import { openDeployed } from '../open-deployed.ts';
import { openForWriting } from '../open-for-writing.ts';
import type { Place } from '../place.ts';

export interface AuditedObjects {
  readonly reader: ObjectReader;
  /** Where differences are to be mended. */
  readonly writer: ObjectStore | undefined;
  close(): Promise<void>;
}

/**
 * The objects of a pipeline, to be read, and for a repair to be written as well. A directory has to be nobody else's to
 * be written. On S3 every write names what it replaces, so that the functions may go on.
 */
export async function openObjects(place: Place, isRepair: boolean, io: OperatorIo): Promise<AuditedObjects> {
  if (place.kind === 'deployed') {
    const { store } = await openDeployed(place, io.clock);
    return { reader: store, writer: isRepair ? store : undefined, close: async () => {} };
  }
  const directory = await requireDataDirectory(place.dataDirectory);
  if (!isRepair) {
    const reader = readObjectDirectory(join(directory, 'objects'));
    return { reader, writer: undefined, close: async () => {} };
  }
  const store = await openForWriting(directory, io);
  return { reader: store.objects, writer: store.objects, close: () => store.close() };
}
