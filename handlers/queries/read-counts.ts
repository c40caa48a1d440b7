import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { WindowStart } from '../../lib/domain/window.ts';
import { withForgetting } from '../../lib/pipeline/query/with-forgetting.ts';
import { withinRetention } from '../../lib/pipeline/query/within-retention.ts';
import type { App } from '../wiring.ts';

/**
 * Reads counts within the budget for reads: of the part of the range that has not expired, and without a claim about their
 * progress while the customer is being forgotten.
 * @param customerId  `undefined` for counts of all customers
 * @param read        reads the counts of that part with the app's parts
 */
export async function readCounts<
  Asked extends { readonly from: WindowStart; readonly to: WindowStart },
  Found extends { readonly countedThrough: Date | undefined; readonly waiting?: number | undefined },
>(
  customerId: CustomerId | undefined,
  asked: Asked,
  app: App,
  read: (kept: Asked, app: App) => Promise<Found>,
): Promise<{ readonly range: Asked; readonly found: Found }> {
  return app.reads.run(customerId ?? '', () =>
    withinRetention(asked, app.retention, (kept) =>
      withForgetting(customerId, app, (progress) => read(kept, { ...app, progress })),
    ),
  );
}
