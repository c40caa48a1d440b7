/**
 * Does something with each item, so many at a time; an item is only asked for when there is a place for it. After a
 * failure no more are asked for, and what runs is awaited.
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
  let hasFailed = false;
  const work = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await iterator.next();
        if (next.done === true || hasFailed) return;
        await action(next.value);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  try {
    const workers = await Promise.allSettled(Array.from({ length: concurrency }, work));
    const failure = workers.find(({ status }) => status === 'rejected');
    if (failure?.status === 'rejected') throw failure.reason;
  } finally {
    await iterator.return();
  }
}
