/** The answer to a call, as JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/** A function that another program calls at the internal port, with `POST`. */
export type AdminCall = (body: Buffer) => Promise<AdminAnswer>;
