import { earlierStart, type WindowStart } from '../../domain/window.ts';
import type { Retention } from '../expire/retention.ts';

interface Range {
  readonly from: WindowStart;
  readonly to: WindowStart;
}

/**
 * Looks at the part of a range that has not expired, and returns what was found with that part. It looks again where the
 * horizon moved meanwhile: windows behind it may have been deleted while others were still read.
 */
export async function withinRetention<Asked extends Range, Found>(
  asked: Asked,
  retention: Retention,
  look: (range: Asked) => Promise<Found>,
): Promise<{ readonly range: Asked; readonly found: Found }> {
  for (;;) {
    const horizon = await retention.horizon();
    const from = asked.from < horizon ? earlierStart(horizon, asked.to) : asked.from;
    const range = { ...asked, from };
    const found = await look(range);
    if ((await retention.horizon()) <= horizon) return { range, found };
  }
}
