import { join } from 'node:path';
import type { ObjectReader } from '../../lib/pipeline/audit/audit-ports.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { readVisitorsSecret } from '../../local-store/visitors-secret.ts';
import { requireDataDirectory } from '../data-directory.ts';
import type { OperatorIo } from '../io.ts';
import { openCluster, type OperatedReadModel } from '../open-cluster.ts';
import { openDeployed } from '../open-deployed.ts';
import { openForWriting } from '../open-for-writing.ts';
import type { Place } from '../place.ts';

export interface AuditedObjects {
  readonly reader: ObjectReader;
  /** The store to repair; `undefined` where the audit only reads. */
  readonly writer: ObjectStore | undefined;
  /** The secret of visitors that the data directory has. */
  readonly visitorsSecret?: string | undefined;
  /** Present if answers may come from a read model of the windows. */
  readonly readModel?: OperatedReadModel | undefined;
  close(): Promise<void>;
}

/**
 * Opens the objects of a pipeline to read them and, for a repair, to write them. A repair needs a directory for itself.
 * On S3, and in the cluster form, every write names the version that it replaces, so the functions may keep running.
 */
export async function openObjects(place: Place, isRepair: boolean, io: OperatorIo): Promise<AuditedObjects> {
  if (place.kind === 'deployed') {
    const { store } = await openDeployed(place, io.clock);
    return { reader: store, writer: isRepair ? store : undefined, close: async () => {} };
  }
  if (place.kind === 'cluster') {
    const { store, readModel, close } = await openCluster(place);
    return { reader: store, writer: isRepair ? store : undefined, readModel, close };
  }
  const directory = await requireDataDirectory(place.dataDirectory);
  const visitorsSecret = await readVisitorsSecret(directory);
  if (!isRepair) {
    const reader = readObjectDirectory(join(directory, 'objects'));
    return { reader, writer: undefined, visitorsSecret, close: async () => {} };
  }
  const store = await openForWriting(directory, io);
  return { reader: store.objects, writer: store.objects, visitorsSecret, close: () => store.close() };
}
