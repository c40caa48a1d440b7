import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../../client/http-client.ts';
import type { LocalCluster } from '../local/local-cluster.ts';
import { roleNames, type RoleName } from '../roles/role-names.ts';
import { batchOf, post, untilReadable } from './batches.ts';
import { cpuSeconds } from './cpu-seconds.ts';

export interface SizeFigures {
  readonly acceptedPerSecond: number;
  readonly readablePerSecond: number;
  /** Processor seconds of each role for a million entries. */
  readonly cpuSeconds: ReadonlyMap<RoleName, number>;
}

export const connections = 16;
const maxBatches = 2_000;

/** Sends batches of one size as fast as they are accepted, and waits until all can be read. */
export async function measureSize(
  cluster: LocalCluster,
  clients: readonly HttpClient[],
  size: number,
  entries: number,
): Promise<SizeFigures> {
  const batches = Math.min(maxBatches, Math.max(1, Math.round(entries / size)));
  const customerId = `bench-${size}-${randomUUID().slice(0, 8)}`;
  const body = batchOf(size);
  const cpuBefore = cpuByRole(cluster);
  const startedAt = performance.now();
  let left = batches;
  const send = async (place: number) => {
    while (left > 0) {
      left -= 1;
      const client = clients[place % clients.length];
      if (client !== undefined) await post(client, customerId, body);
    }
  };
  await Promise.all(Array.from({ length: connections }, (_, place) => send(place)));
  const acceptedSeconds = (performance.now() - startedAt) / 1_000;
  const [reader] = clients;
  if (reader === undefined) throw new Error('The cluster has no address.');
  await untilReadable(reader, customerId, batches * size);
  const seconds = (performance.now() - startedAt) / 1_000;
  const millions = (batches * size) / 1_000_000;
  const cpu = [...cpuByRole(cluster)].map(
    ([role, after]) => [role, (after - (cpuBefore.get(role) ?? 0)) / millions] as const,
  );
  return {
    acceptedPerSecond: (batches * size) / acceptedSeconds,
    readablePerSecond: (batches * size) / seconds,
    cpuSeconds: new Map(cpu),
  };
}

/** Returns the processor time of each role so far. */
function cpuByRole(cluster: LocalCluster): Map<RoleName, number> {
  return new Map(
    roleNames.map((role) => [role, cluster.of(role).reduce((sum, { pid }) => sum + cpuSeconds(pid), 0)]),
  );
}
