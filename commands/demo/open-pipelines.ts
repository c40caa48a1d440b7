import { openPipeline, type Pipeline } from '../../client/open-pipeline.ts';
import type { DemoCustomer } from './customers.ts';

/** One log shipper for each customer. */
export interface DemoPipelines {
  readonly of: (customer: DemoCustomer) => Pipeline;
  readonly close: () => void;
}

const concurrency = 8;
const retryForSeconds = 60;

/** @param signal  once this is aborted, a request that fails is not repeated any more */
export function openPipelines(
  customers: readonly DemoCustomer[],
  url: URL,
  signal: AbortSignal,
): DemoPipelines {
  const pipelines = new Map(
    customers.map(({ id }) => {
      const options = { url, customerId: id, concurrency, retryForSeconds, signal };
      return [id, openPipeline(options)] as const;
    }),
  );
  return {
    of({ id }) {
      const pipeline = pipelines.get(id);
      if (pipeline === undefined) throw new RangeError(`${id} is not a customer of this demo.`);
      return pipeline;
    },
    close() {
      for (const pipeline of pipelines.values()) pipeline.close();
    },
  };
}
