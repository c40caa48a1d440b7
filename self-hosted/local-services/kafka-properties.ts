interface NodePorts {
  readonly broker: number;
  readonly controller: number;
}

/** An additional listener, at an address that certificates can name. */
export interface SecureListener {
  /** Upper-case letters. */
  readonly name: string;
  readonly port: number;
  readonly protocol: 'SSL' | 'SASL_SSL';
  /** Its properties, without the prefix that names the listener. */
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Returns the configuration of a node. Times are short, so that tests of failures need not wait; with three nodes, two
 * in-sync replicas must have a record before it is acknowledged.
 */
export function nodeProperties(
  id: number,
  ports: readonly NodePorts[],
  directory: string,
  secureListeners: readonly SecureListener[] = [],
): string {
  const own = ports[id - 1];
  if (own === undefined) throw new RangeError(`There is no node ${id}.`);
  const replicas = ports.length;
  const minInSync = replicas === 1 ? 1 : 2;
  const voters = ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`).join(',');
  const secure = secureListeners.map(({ name, port }) => `,${name}://localhost:${port}`).join('');
  const protocols = secureListeners.map(({ name, protocol }) => `,${name}:${protocol}`).join('');
  const ofListeners = secureListeners.flatMap(({ name, properties: own }) =>
    Object.entries(own).map(([key, value]) => [`listener.name.${name.toLowerCase()}.${key}`, value] as const),
  );
  const properties: Readonly<Record<string, string | number | boolean>> = {
    'process.roles': 'broker,controller',
    'node.id': id,
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://127.0.0.1:${own.broker},CONTROLLER://127.0.0.1:${own.controller}${secure}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${own.broker}${secure}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${protocols}`,
    'log.dirs': directory,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1_000,
    'broker.session.timeout.ms': 4_000,
    'broker.heartbeat.interval.ms': 500,
    'replica.lag.time.max.ms': 5_000,
    'controller.quorum.election.timeout.ms': 2_000,
    'controller.quorum.fetch.timeout.ms': 2_000,
    'message.max.bytes': 4 * 1024 * 1024,
    // Otherwise Kafka allocates segments in full, which slows down a test with many topics.
    'log.index.size.max.bytes': 1024 * 1024,
    ...Object.fromEntries(ofListeners),
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
