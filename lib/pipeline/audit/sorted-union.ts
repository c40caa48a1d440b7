/** What is in one of two ascending sequences, or in both, ascending and once. */
export async function* sortedUnion<T extends string>(
  these: AsyncIterable<T>,
  those: AsyncIterable<T>,
): AsyncGenerator<T> {
  const [one, other] = [these[Symbol.asyncIterator](), those[Symbol.asyncIterator]()];
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
