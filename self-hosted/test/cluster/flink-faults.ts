import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '../../local/local-cluster.ts';
import type { Random } from './random.ts';
import type { Fault } from './fault.ts';

/** Returns a kill and a stop of the JobManager and of the TaskManager; none in a cluster without Flink. */
export function flinkFaults(cluster: LocalCluster, random: Random): readonly Fault[] {
  if (!cluster.hasFlink) return [];
  const { flink } = cluster.flinkJob;
  return [flink.jobManager, flink.taskManager].flatMap((server): Fault[] => {
    const seconds = 3 + random.below(6);
    return [
      {
        name: `kill -9 ${server.name}`,
        async play() {
          await server.kill();
          await sleep(random.below(2_000));
          await cluster.flinkJob.tend();
        },
      },
      {
        name: `stop ${server.name} for ${seconds} s`,
        async play() {
          server.signal('SIGSTOP');
          await sleep(seconds * 1_000);
          server.signal('SIGCONT');
          await cluster.flinkJob.tend();
        },
      },
    ];
  });
}
