import { windowStartOf } from '../../domain/window.ts';
import type { EpochMinute } from '../../domain/epoch-minute.ts';
import { lastMinute } from '../../domain/timestamp.ts';
import { messageOf } from '../../message-of.ts';
import type { Logger } from '../../logger.ts';
import type { WindowReader } from '../../ports/window-reader.ts';

/**
 * Reads the index of customers before somebody asks for it. A reader that remembers entries would otherwise read all of
 * them for the first list of totals, which takes 0.6 s for 5,000 customers, and then 20 ms. Whatever
 * goes wrong is reported by that list.
 */
export async function readCustomersAhead(
  reader: Pick<WindowReader, 'customerTotals'>,
  logger: Pick<Logger, 'debug'>,
): Promise<void> {
  const [from, to] = [windowStartOf(0 as EpochMinute), windowStartOf(lastMinute as EpochMinute)];
  try {
    await reader.customerTotals({
      from,
      to,
      sort: 'requests',
      customerId: undefined,
      after: undefined,
      limit: 1,
    });
  } catch (error) {
    logger.debug('The customers cannot be read ahead.', { reason: messageOf(error) });
  }
}
