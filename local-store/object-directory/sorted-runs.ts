import { setImmediate } from 'node:timers/promises';

/** Names that are sorted in one go: about 2 ms of work. */
const maxRunLength = 4096;

/**
 * The names in ascending order, a run of them at a time. A caller that stops early pays for sorting the runs it saw
 * alone, and requests are served between them: sorting a million names in one go would hold them up for a second.
 */
export async function* sortedRuns(names: string[], position = 0): AsyncGenerator<readonly string[]> {
  if (names.length <= maxRunLength) {
    yield names.sort();
    return;
  }
  await setImmediate();
  const byCharacter = new Map<number, string[]>();
  for (const name of names) {
    // A name that has ended comes before all that go on.
    const character = position < name.length ? name.charCodeAt(position) : -1;
    const same = byCharacter.get(character);
    if (same === undefined) byCharacter.set(character, [name]);
    else same.push(name);
  }
  for (const character of [...byCharacter.keys()].sort((a, b) => a - b)) {
    const same = byCharacter.get(character) ?? [];
    if (character === -1) yield same;
    else yield* sortedRuns(same, position + 1);
  }
}
