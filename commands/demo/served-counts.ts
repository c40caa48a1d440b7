import type { Pipeline } from '../../client/open-pipeline.ts';
import { dimensions, emptyCounts, type Counts } from '../../lib/domain/dimensions.ts';

/** The counts that the pipeline serves for a customer and a range of time. */
export interface ServedCounts {
  readonly requests: number;
  readonly counts: Counts;
}

/**
 * Adds up all minutes of the range.
 * @throws RequestRefused, GaveUp
 */
export async function servedCounts(
  pipeline: Pick<Pipeline, 'windows'>,
  range: { readonly from: Date; readonly to: Date },
): Promise<ServedCounts> {
  const counts = emptyCounts();
  let requests = 0;
  for await (const window of pipeline.windows({ window: 'minute', ...range })) {
    requests += window.requests;
    for (const { field } of dimensions) add(counts[field], window[field] ?? {});
  }
  return { requests, counts };
}

function add(counts: Map<string, number>, added: Readonly<Record<string, number>>): void {
  for (const [key, requests] of Object.entries(added)) counts.set(key, (counts.get(key) ?? 0) + requests);
}
