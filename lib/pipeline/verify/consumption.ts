import pMap from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { CustomerBacklog } from '../../ports/event-stream.ts';
import { streamNames, type StreamName, type Streams } from '../streams/streams.ts';

/** How far a stream was consumed: for one customer, where it can tell them apart. */
export interface Consumed {
  readonly backlog: CustomerBacklog | undefined;
  /** See `EventStream.consumedThrough`. */
  readonly through: Date | undefined;
}

export type CustomerConsumption = Readonly<Record<StreamName, Consumed>>;

const customersInFlight = 16;

/** Reads how far the streams are, once, and returns what reads it of some customers. */
export async function readConsumption(
  streams: Streams,
): Promise<(customers: readonly CustomerId[]) => Promise<(customerId: CustomerId) => CustomerConsumption>> {
  const through = {
    insights: await streams.insights.consumedThrough(),
    late: await streams.late.consumedThrough(),
  };
  const ofAll = {
    insights: { backlog: undefined, through: through.insights },
    late: { backlog: undefined, through: through.late },
  };
  return async (customers) => {
    const found = new Map<CustomerId, CustomerConsumption>();
    await pMap(
      new Set(customers),
      async (customerId) => {
        const consumed: Record<StreamName, Consumed> = { ...ofAll };
        for (const name of streamNames) {
          const backlog = await streams[name].backlogOf(customerId);
          if (backlog !== undefined) consumed[name] = { backlog, through: backlog.consumedThrough };
        }
        found.set(customerId, consumed);
      },
      { concurrency: customersInFlight },
    );
    return (customerId) => found.get(customerId) ?? ofAll;
  };
}
