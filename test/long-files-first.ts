import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Creates a sequencer that begins with these files, in this order. One that takes long and begins last would leave the
 * other workers idle; the order of all others does not matter.
 * @param longFiles  the ends of their paths, the longest file first
 */
export function longFilesFirst(longFiles: readonly string[]): typeof BaseSequencer {
  function placeOf({ moduleId }: TestSpecification): number {
    const place = longFiles.findIndex((file) => moduleId.endsWith(`/test/${file}`));
    return place < 0 ? longFiles.length : place;
  }
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      const others = await super.sort(files);
      return others.toSorted((one, other) => placeOf(one) - placeOf(other));
    }
  };
}
