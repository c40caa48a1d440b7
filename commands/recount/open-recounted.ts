import { join } from 'node:path';
import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import { parseConfig } from '../../lib/config.ts';
import { createRetention } from '../../lib/pipeline/expire/retention.ts';
import type { RecountPorts } from '../../lib/pipeline/recount/recount-ports.ts';
import { replaceAnswerSchema, replaceRequest } from '../../lib/pipeline/recount/replace-request.ts';
import { createWindowReplacer, replaceWindows } from '../../lib/pipeline/recount/replace-windows.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { readObjectDirectory } from '../../local-store/object-directory.ts';
import { readVisitorsSecret } from '../../local-store/visitors-secret.ts';
import { countingRulesOf } from '../counting-rules.ts';
import { requireDataDirectory } from '../data-directory.ts';
import { openDirectoryOwner } from '../directory-owner.ts';
import type { Io, OperatorIo } from '../io.ts';
import { openCluster } from '../open-cluster.ts';
import { openDeployed } from '../open-deployed.ts';
import type { LocalPlace, Place } from '../place.ts';

/** A pipeline whose windows are recounted. Close it after use. */
export interface Recounted extends Pick<RecountPorts, 'store' | 'windows' | 'retention' | 'notifier'> {
  /** The rules by which it counts new batches, as far as this command's environment is the pipeline's. */
  readonly rules: CountingRules;
  /** True if the pipeline may be running, so that waiting makes sense. */
  readonly isRunning: () => boolean;
  close(): Promise<void>;
}

/** The running pipeline counts new batches by other rules than those of this command. */
export class OtherRules extends Error {
  override readonly name = 'OtherRules';
}

/**
 * Opens a pipeline for a recount. Every write names the version that it replaces, so the functions may keep running. Only
 * the owner of a data directory may change it: this process, or a running emulator, which this process asks to do it.
 * @throws OtherRules             a running emulator counts by other rules
 * @throws DirectoryInUse         another command has the directory
 * @throws UnusableDataDirectory  the directory does not exist
 * @throws Unavailable            AWS or the cluster cannot be reached, or refuses
 */
export async function openRecounted(place: Place, io: OperatorIo & Pick<Io, 'env'>): Promise<Recounted> {
  if (place.kind === 'local') return openDirectory(place, io);
  const rules = countingRulesOf(parseConfig(io.env), undefined);
  const direct = (store: ObjectStore) => {
    const retention = createRetention(store, io.clock);
    const windows = createWindowReplacer(rules.version, { store, retention });
    return { store, windows, retention, rules, isRunning: () => true };
  };
  if (place.kind === 'deployed') {
    const { store } = await openDeployed(place, io.clock);
    return { ...direct(store), close: async () => {} };
  }
  const { store, notifyRollUp, close } = await openCluster(place);
  const notifier = {
    notify: async (keys: Parameters<typeof notifyRollUp>[0][]) =>
      void (await Promise.all(keys.map(notifyRollUp))),
  };
  return { ...direct(store), notifier, close };
}

async function openDirectory(place: LocalPlace, io: OperatorIo & Pick<Io, 'env'>): Promise<Recounted> {
  const directory = await requireDataDirectory(place.dataDirectory);
  const rules = countingRulesOf(parseConfig(io.env), await readVisitorsSecret(directory));
  const store = readObjectDirectory(join(directory, 'objects'));
  const owner = openDirectoryOwner(directory, 'a recount', io);
  const windows: RecountPorts['windows'] = {
    async replace(some) {
      const answer = await owner.call(
        async ({ objects }) => {
          const retention = createRetention(objects, io.clock);
          const results = await replaceWindows(some, rules.version, { store: objects, retention });
          return { kind: 'done' as const, results };
        },
        { function: 'recount', event: replaceRequest(rules.version, some) },
        (text) => replaceAnswerSchema.parse(text),
      );
      if (answer.kind === 'done') return answer.results;
      throw new OtherRules(
        `The running pipeline counts by other rules (${answer.rulesVersion}) than this command (${rules.version}). ` +
          'Give this command the same PATH_TEMPLATES, PATH_QUERY and VISITORS_SECRET, and the same version of this program.',
      );
    },
  };
  await windows.replace([]); // fails early, before anything is read
  return {
    store,
    windows,
    rules,
    retention: createRetention(store, io.clock),
    isRunning: () => !owner.isOwned(),
    close: () => owner.close(),
  };
}
