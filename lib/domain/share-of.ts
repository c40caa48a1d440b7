/** What waits on a stream, and who sends, when a batch is to be taken. */
export interface Demand {
  /** Records of all customers that wait. */
  readonly records: number;
  /** Records of the batch's customer among them. */
  readonly ownRecords: number;
  /** How many customers have sent something lately, this one included. */
  readonly activeCustomers: number;
}

export type Decision = 'admit' | 'own share used up' | 'all used up';

/** A customer has at least this part of the backlog limit, however many others send. */
const leastShare = 1 / 100;

/**
 * All customers together may have so many times the limit: one that was alone has filled it, and others are then to find
 * room all the same. Beyond, nobody does, so that memory stays bounded also where customers are made up.
 */
const limitOfAll = 2;

/** How many records may wait for one customer: all of them where it is alone, else an equal share. At least one. */
export function shareOf(limit: number, activeCustomers: number): number {
  return Math.max(1, Math.floor(limit / Math.max(1, activeCustomers)), Math.floor(limit * leastShare));
}

/** Decides whether a stream takes a customer's batch now. One with nothing that waits is taken as long as any is. */
export function decideAdmission(demand: Demand, limit: number): Decision {
  if (demand.ownRecords > shareOf(limit, demand.activeCustomers)) return 'own share used up';
  return demand.records > limitOfAll * limit ? 'all used up' : 'admit';
}
