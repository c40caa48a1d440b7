import { pMapIterable } from 'p-map';
import type { ProgressReporter } from './audit-ports.ts';

const objectsInFlight = 8;

/** Calls `look` for each object. It counts them first, from their names alone, so that it can report its progress. */
export async function eachObject<Item, Step>(
  step: Step,
  items: () => AsyncIterable<Item>,
  look: (item: Item) => Promise<void>,
  reporter: ProgressReporter<Step>,
): Promise<number> {
  let total = 0;
  for await (const _item of items()) total += 1;
  reporter.begin(step, total);
  let looked = 0;
  // Not `pMap`, which would keep a list of all results.
  for await (const _looked of pMapIterable(items(), look, { concurrency: objectsInFlight })) {
    looked += 1;
    reporter.done();
  }
  return looked;
}
