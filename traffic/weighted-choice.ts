/** A choice and its weight, relative to the others. */
export type Weighted<T> = readonly [weight: number, choice: T];

/** Returns a function that picks one of the choices, of which there must be at least one, by their weights. */
export function weightedChoice<T>(choices: readonly Weighted<T>[], random: () => number): () => T {
  let total = 0;
  const sums = choices.map(([weight]) => (total += weight));
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, choices.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? total) > wanted) high = middle;
      else low = middle + 1;
    }
    const choice = choices[low];
    if (choice === undefined) throw new RangeError('There is nothing to choose from.');
    return choice[1];
  };
}

/** Returns a function that picks the n-th item with a probability proportional to 1/n. */
export function zipf<T>(items: readonly T[], random: () => number): () => T {
  return weightedChoice(
    items.map((item, n) => [1 / (n + 1), item] as const),
    random,
  );
}
