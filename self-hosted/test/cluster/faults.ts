import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../../local/local-cluster.ts';
import type { Fault } from './fault.ts';
import { flinkFaults } from './flink-faults.ts';
import type { Random } from './random.ts';

/** Returns one kill and one stop for every process, Kafka, the S3 server and Flink, in an order that the seed decides. */
export function allFaults(cluster: LocalCluster, random: Random): readonly Fault[] {
  const stopSeconds = () => 3 + random.below(6);
  const ofProcesses = cluster.processes.flatMap((victim): Fault[] => [
    {
      name: `kill -9 ${victim.name}`,
      async play() {
        victim.signal('SIGKILL');
        await sleep(1_000);
        await victim.untilReady();
      },
    },
    stopped(victim.name, (signal) => victim.signal(signal), stopSeconds()),
  ]);
  const servers = [...cluster.kafka.nodes, cluster.s3.server];
  const ofServers = servers.flatMap((server): Fault[] => [
    {
      name: `kill -9 ${server.name}`,
      async play() {
        await server.kill();
        await sleep(random.below(2_000));
        await server.start();
      },
    },
    stopped(server.name, (signal) => server.signal(signal), stopSeconds()),
  ]);
  return random.shuffled([...ofProcesses, ...ofServers, ...flinkFaults(cluster, random)]);
}

/** A process that hangs for some seconds, perhaps longer than it keeps its place in a group. */
function stopped(name: string, signal: (signal: NodeJS.Signals) => void, seconds: number): Fault {
  return {
    name: `stop ${name} for ${seconds} s`,
    async play() {
      signal('SIGSTOP');
      await sleep(seconds * 1_000);
      signal('SIGCONT');
    },
  };
}

/** Stops and starts every process once, one after the other, as in the rollout of a new version. */
export async function restartInTurn(cluster: LocalCluster): Promise<void> {
  for (const each of cluster.processes) {
    await each.stop();
    await each.start();
  }
}
