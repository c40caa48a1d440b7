import { Unavailable } from '../../lib/errors.ts';
import type { Logger } from '../../lib/logger.ts';
import type { ServedWindow, WindowRange, WindowReader } from '../../lib/ports/window-reader.ts';

/**
 * Creates a reader that reads from the store while the model is away, behind, or under construction. The store has all
 * that the model has and more, so whatever the progress says of the model is true of it too.
 */
export function createReaderWithStore(
  model: WindowReader,
  store: WindowReader,
  logger: Pick<Logger, 'warn' | 'info'>,
): WindowReader {
  let isAway = false;

  function note(error: unknown): void {
    if (!(error instanceof Unavailable)) throw error;
    if (!isAway) logger.warn('Answers come from the store, since ClickHouse cannot be read now', { error });
    isAway = true;
  }
  function noteBack(): void {
    if (isAway) logger.info('Answers come from ClickHouse again');
    isAway = false;
  }
  async function either<T>(read: (reader: WindowReader) => Promise<T>): Promise<T> {
    try {
      const answer = await read(model);
      noteBack();
      return answer;
    } catch (error) {
      note(error);
      return read(store);
    }
  }

  async function* windows(range: WindowRange, atOnce: number): AsyncGenerator<ServedWindow> {
    let { after } = range;
    try {
      for await (const window of model.windows(range, atOnce)) {
        yield window;
        after = window.windowStart;
      }
      noteBack();
      return;
    } catch (error) {
      note(error);
    }
    yield* store.windows({ ...range, after }, atOnce);
  }

  return {
    windows,
    customers: (range) => either((reader) => reader.customers(range)),
    customerTotals: (range) => either((reader) => reader.customerTotals(range)),
  };
}
