/** A choice and how often it is made, in relation to the others. */
export type Weighted<T> = readonly [weight: number, choice: T];

/** Makes what picks one of the choices by their weights, of which there is at least one. */
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

/** Picks the n-th of the items with a probability of 1/n, times what makes all of them 1 together. */
export function zipf<T>(items: readonly T[], random: () => number): () => T {
  return weightedChoice(
    items.map((item, n) => [1 / (n + 1), item] as const),
    random,
  );
}
