import { pathToFileURL } from 'node:url';

export interface FlinkPorts {
  readonly rest: number;
  readonly rpc: number;
  readonly jobManagerMetrics: number;
  readonly taskManagerMetrics: number;
}

/**
 * Returns the configuration of a JobManager and its TaskManagers on this machine. Sizes are written out, since Flink's
 * scripts compute them otherwise. Checkpoints stay when the job ends, so that it can be submitted from the newest one.
 */
export function flinkConfiguration(ports: FlinkPorts, checkpoints: string, slots: number): string {
  const settings: Readonly<Record<string, string | number | boolean>> = {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': ports.rpc,
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.execution.failover-strategy': 'region',
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': ports.rest,
    'taskmanager.host': '127.0.0.1',
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': slots,
    'taskmanager.cpu.cores': slots,
    'taskmanager.memory.framework.heap.size': '64mb',
    'taskmanager.memory.task.heap.size': '192mb',
    'taskmanager.memory.framework.off-heap.size': '64mb',
    'taskmanager.memory.task.off-heap.size': '0mb',
    'taskmanager.memory.network.min': '32mb',
    'taskmanager.memory.network.max': '32mb',
    'taskmanager.memory.managed.size': '0mb',
    'taskmanager.memory.jvm-metaspace.size': '128mb',
    'taskmanager.memory.jvm-overhead.min': '64mb',
    'taskmanager.memory.jvm-overhead.max': '64mb',
    'taskmanager.resource-id': 'taskmanager-1',
    'heartbeat.interval': '1000',
    'heartbeat.timeout': '8000',
    'cluster.registration.initial-timeout': '100 ms',
    'cluster.registration.max-timeout': '1 s',
    'restart-strategy.type': 'exponential-delay',
    'restart-strategy.exponential-delay.initial-backoff': '200 ms',
    'restart-strategy.exponential-delay.max-backoff': '10 s',
    'state.backend.type': 'hashmap',
    'execution.checkpointing.storage': 'filesystem',
    'execution.checkpointing.dir': pathToFileURL(checkpoints).href,
    'execution.checkpointing.num-retained': 3,
    'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    'metrics.reporter.prom.factory.class': 'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.port': `${ports.jobManagerMetrics}-${ports.taskManagerMetrics}`,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? JSON.stringify(value) : value}\n`)
    .join('');
}
