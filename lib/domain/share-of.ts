/** The backlog of a stream, and its senders, when a batch asks for admission. */
export interface Demand {
  /** Waiting records of all customers. */
  readonly records: number;
  /** Waiting records of the batch's customer. */
  readonly ownRecords: number;
  /** Number of customers that have sent something lately, including this one. */
  readonly activeCustomers: number;
}

export type Decision = 'admit' | 'own share used up' | 'all used up';

/** A customer has at least this part of the backlog limit, however many others send. */
const leastShare = 1 / 100;

/**
 * All customers together may have this multiple of the limit. A customer that was alone may have filled the limit,
 * and others must still be admitted. Beyond it nobody is, so that memory stays limited even if a client invents
 * customers.
 */
const limitOfAll = 2;

/**
 * Returns how many records may wait for one customer: the whole limit if it is alone, otherwise an equal share. At
 * least one.
 */
export function shareOf(limit: number, activeCustomers: number): number {
  return Math.max(1, Math.floor(limit / Math.max(1, activeCustomers)), Math.floor(limit * leastShare));
}

/**
 * Decides whether a stream takes a customer's batch now. A customer without a backlog is admitted as long as anybody
 * is.
 */
export function decideAdmission(demand: Demand, limit: number): Decision {
  if (demand.ownRecords > shareOf(limit, demand.activeCustomers)) return 'own share used up';
  return demand.records > limitOfAll * limit ? 'all used up' : 'admit';
}
