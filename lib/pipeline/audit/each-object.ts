import pMap, { pMapSkip } from 'p-map';
import type { ObjectKey } from '../../domain/keys.ts';
import type { AuditReporter, AuditStep } from './audit.ts';

const objectsInFlight = 8;

/** Counted first, so that it can be told how far it is; only names are read for that. */
export async function eachObject(
  step: AuditStep,
  keys: () => AsyncIterable<ObjectKey>,
  look: (key: ObjectKey) => Promise<void>,
  reporter: AuditReporter,
): Promise<number> {
  let total = 0;
  for await (const _key of keys()) total += 1;
  reporter.begin(step, total);
  let looked = 0;
  await pMap(
    keys(),
    async (key) => {
      await look(key);
      looked += 1;
      reporter.done();
      return pMapSkip; // else there would be a list of all results
    },
    { concurrency: objectsInFlight },
  );
  return looked;
}
