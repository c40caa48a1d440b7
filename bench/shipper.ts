import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** A history to ship, with entries of last week. */
export interface Flood {
  readonly url: string;
  readonly customer: string;
  readonly entries: number;
  readonly connections: number;
}

const shippedSchema = z.object({ accepted: z.number(), counted: z.number() });

/** Seconds until everything was accepted, and until everything was counted. */
export type Shipped = z.output<typeof shippedSchema>;

export interface Shipper {
  /**
   * Ships the history.
   * @throws Error  the process ended before everything was counted; standard error has the reason
   */
  ship(): Promise<Shipped>;
}

/** Starts a process that generates the history and is ready to ship it. */
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
