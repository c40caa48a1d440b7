import type { CustomerId } from '../../domain/customer-id.ts';
import type { StreamName, Streams } from '../streams.ts';

/** Through which instant each stream has been consumed; `undefined` where that is not known. */
export type Consumed = Readonly<Record<StreamName, Date | undefined>>;

/**
 * Asks how far the streams have been consumed: for one customer where they tell, since what others have waiting says
 * nothing of its records, and else for all.
 * @throws Unavailable  a stream cannot tell now
 */
export async function consumedBy(customerId: CustomerId, streams: Streams): Promise<Consumed> {
  const through = async (name: StreamName) => {
    const backlog = await streams[name].backlogOf(customerId);
    return backlog === undefined ? streams[name].consumedThrough() : backlog.consumedThrough;
  };
  const [insights, late] = await Promise.all([through('insights'), through('late')]);
  return { insights, late };
}
