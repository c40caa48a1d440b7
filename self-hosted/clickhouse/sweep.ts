import type { Logger } from '../../lib/logger.ts';
import type { WindowNotifier } from '../../lib/ports/window-notifier.ts';
import { compareWithStore, type ComparePorts } from './compare-with-store.ts';

export interface SweepPorts extends ComparePorts {
  readonly notifier: WindowNotifier;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/**
 * Compares the model with the store, and announces what differs again, so that the projector reads it anew.
 * @returns the number of windows that differ
 * @throws Unavailable  something cannot be read or sent now
 */
export async function sweep(
  { notifier, logger, ...ports }: SweepPorts,
  signal: AbortSignal,
): Promise<number> {
  const { windows, keys, isCutOff } = await compareWithStore(ports, undefined, signal);
  if (keys.length === 0) {
    logger.info('ClickHouse has all windows as the store does', { windows });
    return 0;
  }
  logger.error('ClickHouse differs from the store; the windows are announced again', {
    windows,
    differing: keys.length,
    isCutOff,
    first: keys[0],
  });
  await notifier.notify(keys);
  return keys.length;
}
