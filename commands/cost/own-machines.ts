/** Processor seconds per million entries of all roles together, by entries a batch: measured by `npm run bench:cluster`. */
const roleSeconds = new Map([
  [20, 138.3 + 108.3 + 105.8 + 22.8 + 31.5],
  [1_000, 5.3 + 1.7 + 2.0 + 0.4 + 0.7],
  [10_000, 2.1 + 0.6 + 1.2 + 0.1 + 0.4],
]);

/** Assumptions about own machines; nobody has measured them here. */
export const ownMachines = {
  /** Kafka and the store, in cores for each core of the roles. */
  servicesPerRole: 1,
  /** Cores that are there, for each that is busy on average. */
  headroom: 2,
  coresPerMachine: 16,
  dollarsPerMachine: 200,
  /** The fewest with which Kafka keeps three copies. */
  fewest: 3,
  /** Terabytes of disk in each machine, and copies that the store keeps. */
  terabytesPerMachine: 15,
  copies: 2,
  rawBatchDays: 30,
} as const;

/** Returns the cores that the roles use on average. */
export function roleCores(entriesPerSecond: number, entriesPerBatch: number): number {
  const seconds = roleSeconds.get(entriesPerBatch);
  if (seconds === undefined) throw new Error(`Batches of ${entriesPerBatch} entries were not measured.`);
  return (entriesPerSecond * seconds) / 1e6;
}

/** @param storedBytesPerDay  raw batches of a day, in one copy */
export function machinesFor(cores: number, storedBytesPerDay: number): number {
  const { servicesPerRole, headroom, coresPerMachine, fewest, terabytesPerMachine, copies, rawBatchDays } =
    ownMachines;
  const forCores = (cores * (1 + servicesPerRole) * headroom) / coresPerMachine;
  const forDisks = (storedBytesPerDay * rawBatchDays * copies) / (terabytesPerMachine * 1e12);
  return Math.ceil(Math.max(fewest, forCores, forDisks));
}
