import pMap from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { Consumed, Consumption } from '../../domain/judge-batch/consumption.ts';
import { streamNames, type StreamName } from '../../domain/stream-name.ts';
import type { Streams } from '../streams/streams.ts';

const customersInFlight = 16;

/** Reads how far the streams are consumed, once, and returns a reader of the same for some customers. */
export async function readConsumption(
  streams: Streams,
): Promise<(customers: readonly CustomerId[]) => Promise<(customerId: CustomerId) => Consumption>> {
  const ofAll: Consumption = {
    insights: { waitsWithin: undefined, through: await streams.insights.consumedThrough() },
    late: { waitsWithin: undefined, through: await streams.late.consumedThrough() },
  };
  return async (customers) => {
    const found = new Map<CustomerId, Consumption>();
    await pMap(
      new Set(customers),
      async (customerId) => {
        const consumed: Record<StreamName, Consumed> = { ...ofAll };
        for (const name of streamNames) {
          const backlog = await streams[name].backlogOf(customerId);
          if (backlog === undefined) continue;
          consumed[name] = {
            through: backlog.consumedThrough,
            waitsWithin: (from, to) => backlog.waitsWithin(from, to),
          };
        }
        found.set(customerId, consumed);
      },
      { concurrency: customersInFlight },
    );
    return (customerId) => found.get(customerId) ?? ofAll;
  };
}
