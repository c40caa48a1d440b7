import { dimensions } from '../../lib/domain/dimensions.ts';
import type { ServedCounts } from './served-counts.ts';

/** Lists each served number that is wrong: `requestsByPath "GET /": 3999 of 4000`. */
export function compareCounts(served: ServedCounts, expected: ServedCounts): string[] {
  const differences: string[] = [];
  const compare = (name: string, is: number, shouldBe: number) => {
    if (is !== shouldBe) differences.push(`${name}: ${is} of ${shouldBe}`);
  };
  compare('requests', served.requests, expected.requests);
  for (const { field } of dimensions) {
    const [is, shouldBe] = [served.counts[field], expected.counts[field]];
    for (const key of new Set([...is.keys(), ...shouldBe.keys()])) {
      compare(`${field} ${JSON.stringify(key)}`, is.get(key) ?? 0, shouldBe.get(key) ?? 0);
    }
  }
  return differences;
}
