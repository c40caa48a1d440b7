import { whole } from '../whole.ts';
import { describeCustomers, formatRows, type Row } from './rows.ts';
import type { ClusterStatus } from './read-cluster.ts';

const notKnown = 'not known now';

/** Returns the roles of which no process works; `api` is not among them. */
export function missingRoles({ processes }: Pick<ClusterStatus, 'processes'>): string[] {
  return Object.entries(processes ?? {}).flatMap(([role, names]) => (names.length === 0 ? [role] : []));
}

/** Describes the state of a pipeline of the cluster form for people, one line for each part and each topic. */
export function describeCluster(
  { url, trouble }: { readonly url: string; readonly trouble: string | undefined },
  cluster: ClusterStatus,
): string {
  return formatRows([
    ['API', trouble === undefined ? `running at ${url}` : `NOT running at ${url}: ${trouble}`],
    ['Roles', describeRoles(cluster)],
    ...describeTopics(cluster),
    ['Counted', describeCounted(cluster)],
    ['Customers', describeCustomers(cluster.customers, notKnown)],
    ['Dead', describeDead(cluster)],
    ...cluster.problems.map((problem): Row => ['Problem', problem]),
  ]);
}

function describeRoles(cluster: ClusterStatus): string {
  const { processes } = cluster;
  if (processes === undefined) return notKnown;
  const running = Object.entries(processes)
    .filter(([, names]) => names.length > 0)
    .map(([role, names]) => `${role} (${names.join(', ')})`);
  const missing = missingRoles(cluster);
  const notRunning = missing.length === 0 ? [] : [`NOT running: ${missing.join(', ')}`];
  return [...(running.length === 0 ? [] : [running.join(', ')]), ...notRunning].join('; ');
}

function describeTopics({ topics }: ClusterStatus): Row[] {
  if (topics === undefined) return [['Backlog', notKnown]];
  const width = Math.max(...topics.map(({ topic, group }) => `${topic} to ${group}`.length));
  return topics.map(({ topic, group, records, oldestSeconds }, index) => {
    const oldest = records === 0 ? '' : `, the oldest for ${oldestSeconds.toFixed(1)} s`;
    return [
      index === 0 ? 'Backlog' : '',
      `${`${topic} to ${group}`.padEnd(width)}  ${whole(records)}${oldest}`,
    ];
  });
}

function describeCounted({ countedThrough, rolledUpThrough, topics }: ClusterStatus): string {
  if (topics === undefined) return notKnown;
  if (countedThrough === undefined)
    return 'counting is behind: what is accepted now is not counted within seconds';
  const minutes = `everything that was accepted before ${countedThrough.toISOString()} is in its minute`;
  if (rolledUpThrough === undefined) return `${minutes}; hours and days are behind`;
  return rolledUpThrough < countedThrough
    ? `${minutes}, and before ${rolledUpThrough.toISOString()} in its hour and day`
    : `${minutes}, hour and day`;
}

function describeDead({ deadLetters, failedRecords }: ClusterStatus): string {
  if (deadLetters === undefined && failedRecords === undefined) return notKnown;
  if (deadLetters === 0 && failedRecords === 0) return 'no dead letters, and no failed records';
  const count = (number: number | undefined) => (number === undefined ? notKnown : whole(number));
  return `dead letters ${count(deadLetters)}, failed records ${count(failedRecords)}; npm run dead-letters lists them`;
}
