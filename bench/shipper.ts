import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** A history to be shipped, of entries of last week. */
export interface Flood {
  readonly url: string;
  readonly customer: string;
  readonly entries: number;
  readonly connections: number;
}

const shippedSchema = z.object({ accepted: z.number(), counted: z.number() });

/** Seconds until all of it was accepted, and until all of it was counted. */
export type Shipped = z.output<typeof shippedSchema>;

export interface Shipper {
  /** @throws Error  it ended before all was counted; why is on the standard error */
  ship(): Promise<Shipped>;
}

/** A process that has the history made and is ready to ship it. */
export async function startShipper(flood: Flood): Promise<Shipper> {
  const program = fileURLToPath(new URL('./flood.ts', import.meta.url));
  const shipper = fork(program, [JSON.stringify(flood)]);
  const died = once(shipper, 'exit').then(([code]) => {
    throw new Error(`The shipper ended with code ${String(code)}.`);
  });
  const says = async (): Promise<unknown> => {
    const [message] = (await Promise.race([once(shipper, 'message'), died])) as unknown[];
    return message;
  };
  await says();
  return {
    async ship() {
      shipper.send('go');
      return shippedSchema.parse(await says());
    },
  };
}
