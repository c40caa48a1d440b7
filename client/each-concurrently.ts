/**
 * Does something with each item, this many at a time, and takes an item only when there is a place for it. After a
 * failure it takes no more, and awaits what runs.
 * @throws  what the first failure threw
 */
export async function eachConcurrently<T>(
  items: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = (async function* () {
    yield* items;
  })();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await iterator.next();
        if (next.done === true || failures.length > 0) return;
        await action(next.value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  await iterator.return();
  if (failures.length > 0) throw failures[0];
}
