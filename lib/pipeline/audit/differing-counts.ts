import { maxNamed } from './findings.ts';

/** The first keys with other counts than they should have, worded; none where the two are equal. */
export function differingCounts(
  field: string,
  found: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): string[] {
  const details: string[] = [];
  let others = 0;
  const compare = (key: string) => {
    const [is, shouldBe] = [found.get(key) ?? 0, expected.get(key) ?? 0];
    if (is === shouldBe) return;
    if (details.length < maxNamed) details.push(differing(`${field} ${JSON.stringify(key)}`, is, shouldBe));
    else others += 1;
  };
  for (const key of found.keys()) compare(key);
  for (const key of expected.keys()) if (!found.has(key)) compare(key);
  return others === 0 ? details : [...details, `${field}: ${others} more keys`];
}

/** Describes a number that differs from what it should be. */
export function differing(what: string, is: number, shouldBe: number): string {
  return `${what}: is ${is}, should be ${shouldBe}`;
}
