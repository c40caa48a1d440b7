/** Merges two ascending sequences into one that is ascending and has each value once. */
export async function* sortedUnion<T extends string>(
  these: AsyncIterable<T> | Iterable<T>,
  those: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T> {
  const [one, other] = [iteratorOf(these), iteratorOf(those)];
  let [a, b] = [await one.next(), await other.next()];
  while (a.done !== true || b.done !== true) {
    const isFromOne = b.done === true || (a.done !== true && a.value <= b.value);
    const isFromOther = a.done === true || (b.done !== true && b.value <= a.value);
    if (isFromOne && a.done !== true) yield a.value;
    else if (b.done !== true) yield b.value;
    if (isFromOne) a = await one.next();
    if (isFromOther) b = await other.next();
  }
}

function iteratorOf<T>(sequence: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in sequence ? sequence[Symbol.asyncIterator]() : sequence[Symbol.iterator]();
}
