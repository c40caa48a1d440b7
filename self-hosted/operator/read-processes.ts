import { Admin } from '@platformatic/kafka';
import type { ClusterLook } from '../../commands/open-cluster.ts';
import type { AggregateEngine } from '../kafka/engine-names.ts';
import { kafkaUnavailable } from '../kafka/client/explain.ts';
import { clientOptions, type KafkaConnection } from '../kafka/connection.ts';
import { groupName, type Group } from '../kafka/topics.ts';
import type { RoleName } from '../roles/role-names.ts';

type Consumer = Exclude<RoleName, 'api'>;

/** Groups in which each process of a role is a member. */
const groupsOfRole: Readonly<Record<Consumer, readonly Group[]>> = {
  summarizer: ['summarizer'],
  aggregate: ['aggregate', 'aggregate-late'],
  verify: ['verify'],
  'roll-up': ['roll-up'],
  project: ['project'],
};

export interface ReadProcessesOptions {
  /** Otherwise nothing is projected. */
  readonly hasReadModel: boolean;
  readonly aggregateEngine: AggregateEngine;
}

/**
 * Reads which processes of each role are at work, from the members of the groups. Kafka does not know the processes of
 * `aggregate` that a Flink job calls.
 * @throws Unavailable  Kafka cannot answer now
 */
export async function readProcesses(
  connection: KafkaConnection,
  { hasReadModel, aggregateEngine }: ReadProcessesOptions,
): Promise<ClusterLook['processes']> {
  const admin = new Admin(clientOptions(connection));
  try {
    const isKnown = (role: string) =>
      (role !== 'project' || hasReadModel) && (role !== 'aggregate' || aggregateEngine !== 'flink');
    const entries = Object.entries(groupsOfRole).filter(([role]) => isKnown(role));
    const groups = entries.flatMap(([, its]) => its.map((group) => groupName(connection, group)));
    const described = await admin.describeGroups({ groups });
    return Object.fromEntries(
      entries.map(([role, its]) => {
        const members = its.map((group) => {
          const found = described.get(groupName(connection, group))?.members.values() ?? [];
          return new Set(Array.from(found, ({ groupInstanceId, id }) => groupInstanceId ?? id));
        });
        const [first = new Set<string>(), ...others] = members;
        return [role, [...first].filter((name) => others.every((names) => names.has(name))).toSorted()];
      }),
    );
  } catch (cause) {
    throw kafkaUnavailable('The groups of the roles cannot be read.', cause);
  } finally {
    await admin.close();
  }
}
