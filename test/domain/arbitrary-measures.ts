import fc from 'fast-check';
import { durationBucketCount } from '../../lib/domain/duration-buckets.ts';
import { measuresUnlessEmpty, type Measures } from '../../lib/domain/measures.ts';
import { maxRank, registerCount } from '../../lib/domain/visitors.ts';

const sum = fc.oneof(
  fc.integer({ min: 1, max: 2_000 }),
  fc.maxSafeNat().map((n) => Math.max(1, n)),
);
const byNumber = (most: number, value: fc.Arbitrary<number>, maxLength = 6) =>
  fc.array(fc.tuple(fc.nat(most), value), { maxLength }).map((entries) => new Map(entries));

/** Makes any measures that a window with these paths can have. */
export function arbitraryMeasures(
  requestsByPath: ReadonlyMap<string, number>,
): fc.Arbitrary<Measures | undefined> {
  const paths = [...requestsByPath.keys()];
  const byPath = fc
    .array(fc.tuple(fc.nat(), sum), { maxLength: paths.length })
    .map((entries) => new Map(entries.map(([n, value]) => [paths[n % paths.length] ?? '', value])));
  const visitors = fc.oneof(
    byNumber(registerCount - 1, fc.integer({ min: 1, max: maxRank })),
    fc
      .integer({ min: 1, max: maxRank })
      .map((rank) => new Map(Array.from({ length: registerCount - 7 }, (_, register) => [register, rank]))),
  );
  return fc
    .record({
      bytes: fc.option(fc.maxSafeNat(), { nil: undefined }),
      bytesByPath: byPath,
      durationMsByPath: byPath,
      timedByPath: fc.oneof(byPath, fc.constant(new Map(requestsByPath))),
      durations: byNumber(durationBucketCount - 1, sum),
      visitors,
    })
    .map(({ bytes, bytesByPath, durationMsByPath, timedByPath, durations, visitors }) => {
      const none = new Map<string, number>();
      const isTimed = durations.size > 0;
      return measuresUnlessEmpty({
        ...(bytes !== undefined && { bytes }),
        bytesByPath: bytes === undefined ? none : bytesByPath,
        durationMsByPath: isTimed ? durationMsByPath : none,
        timedByPath: isTimed ? timedByPath : none,
        durations,
        visitors,
      });
    });
}
