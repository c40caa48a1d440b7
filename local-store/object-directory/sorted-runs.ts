import { setImmediate } from 'node:timers/promises';

/** Number of names that are sorted at a time: about 2 ms of work. */
const maxRunLength = 4096;

/**
 * Yields the names in ascending order, in runs. A caller that stops early only pays for the runs that it saw, and
 * requests are served between runs: sorting a million names at once would delay them for a second.
 */
export async function* sortedRuns(names: string[], position = 0): AsyncGenerator<readonly string[]> {
  if (names.length <= maxRunLength) {
    yield names.sort();
    return;
  }
  await setImmediate();
  const byCharacter = new Map<number, string[]>();
  for (const name of names) {
    // A name that has ended comes before all longer ones.
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
