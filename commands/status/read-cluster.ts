import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { listCustomers } from '../../lib/pipeline/query/list-customers.ts';
import { UnavailableParts } from '../../lib/unavailable-parts.ts';
import { openCluster, type ClusterLook } from '../open-cluster.ts';
import type { ClusterPlace } from '../place.ts';

/** The state of a pipeline of the cluster form, as its Kafka and its store tell it. */
export interface ClusterStatus extends ClusterLook {
  readonly customers: readonly string[] | undefined;
  /** Failed records under `failed/`. */
  readonly failedRecords: number | undefined;
  /** Messages on the topic of dead letters. */
  readonly deadLetters: number | undefined;
}

/** A list of more failed records helps nobody. */
const maxFailedRecords = 10_000;
const customersAPage = 1_000;

/**
 * Reads the state of a pipeline of the cluster form; what cannot be read now is among its problems.
 * @throws Unavailable    its packages are not installed, or a file of certificates cannot be read
 * @throws InvalidConfig  a variable has an invalid value
 */
export async function readCluster(place: ClusterPlace): Promise<ClusterStatus> {
  const { store, deadLetters, look, close } = await openCluster(place);
  const parts = new UnavailableParts();
  try {
    const [looked, customers, failedRecords, letters] = await Promise.all([
      look(),
      parts.read(readCustomers(store)),
      parts.read(countFailedRecords(store)),
      parts.read(deadLetters.list()),
    ]);
    return {
      ...looked,
      problems: [...new Set([...looked.problems, ...parts.reasons])],
      customers,
      failedRecords,
      deadLetters: letters?.length,
    };
  } finally {
    await close();
  }
}

async function readCustomers(store: ObjectStore): Promise<string[]> {
  const customers: string[] = [];
  let after: string | undefined;
  do {
    const page = await listCustomers({ after, limit: customersAPage }, store);
    customers.push(...page.customers);
    after = page.next;
  } while (after !== undefined);
  return customers;
}

async function countFailedRecords(store: ObjectStore): Promise<number> {
  let count = 0;
  for await (const _key of store.list('failed/')) {
    count += 1;
    if (count === maxFailedRecords) break;
  }
  return count;
}
