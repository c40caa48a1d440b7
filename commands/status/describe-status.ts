import { whole } from '../whole.ts';
import type { DirectoryStatus } from './read-directory.ts';
import type { PipelineStatus } from './read-status.ts';
import { describeCustomers, formatRows, type Row } from './rows.ts';

/** The findings of `status`. */
export interface FoundStatus {
  readonly url: string;
  readonly isRunning: boolean;
  /** The reason why it counts as not running. */
  readonly trouble: string | undefined;
  readonly pipeline: PipelineStatus | undefined;
  readonly directory: DirectoryStatus | undefined;
}

const notSaid = 'not known: the pipeline does not say';

/**
 * Describes the state for people, one line for each part.
 * @param dataDir  the path at which the data directory was looked for
 */
export function describeStatus(
  { url, isRunning, trouble, pipeline, directory }: FoundStatus,
  dataDir: string,
): string {
  const rows: Row[] = [
    [
      'Pipeline',
      isRunning ? `running at ${url}` : `NOT running at ${url}: ${trouble ?? 'it does not answer'}`,
    ],
  ];
  if (pipeline !== undefined) {
    rows.push(
      ['Backlog', describeBacklog(pipeline.backlog)],
      ['Oldest', describeAges(pipeline)],
      ['Customers', describeCustomers(pipeline.customers, notSaid)],
    );
  }
  const disk = describeDisk(pipeline, directory);
  if (disk !== '') rows.push(['Disk', disk]);
  rows.push([
    'Data',
    directory === undefined
      ? `no data directory at ${dataDir} on this machine; --data-dir names another one`
      : describeDirectory(directory, isRunning),
  ]);
  return formatRows(rows);
}

function describeBacklog(backlog: PipelineStatus['backlog']): string {
  if (backlog === undefined) return notSaid;
  const records = Object.values(backlog).reduce((sum, each) => sum + each, 0);
  if (records === 0) return 'nothing waits to be counted';
  const parts = Object.entries(backlog).map(([stream, count]) => `${stream} ${whole(count)}`);
  return `${whole(records)} records wait to be counted (${parts.join(', ')})`;
}

function describeAges({ oldestUncountedSeconds, oldestNotRolledUpSeconds }: PipelineStatus): string {
  if (oldestUncountedSeconds === undefined) return notSaid;
  const parts = [
    oldestUncountedSeconds > 0
      ? `the oldest uncounted batch has waited ${oldestUncountedSeconds.toFixed(1)} s`
      : 'no batch waits',
    ...(oldestNotRolledUpSeconds !== undefined && oldestNotRolledUpSeconds > 0
      ? [`the oldest minute without its hour has waited ${oldestNotRolledUpSeconds.toFixed(1)} s`]
      : []),
  ];
  return parts.join('; ');
}

function describeDisk(pipeline: PipelineStatus | undefined, directory: DirectoryStatus | undefined): string {
  const usedBytes = directory?.usedBytes ?? pipeline?.usedBytes;
  const parts = [
    ...(usedBytes === undefined ? [] : [`${bytes(usedBytes)} used`]),
    ...(pipeline?.quotaBytes === undefined ? [] : [`of a quota of ${bytes(pipeline.quotaBytes)}`]),
    ...(pipeline?.freeBytes === undefined ? [] : [`${bytes(pipeline.freeBytes)} free on the disk`]),
  ];
  return parts.join(', ');
}

function describeDirectory({ path, owner }: DirectoryStatus, isRunning: boolean): string {
  if (owner === undefined) return path;
  if (!owner.isAlive) return `${path}, last used by process ${owner.pid}, which has ended`;
  const who = `in use by process ${owner.pid} since ${owner.since}`;
  return isRunning ? `${path}, ${who}` : `${path}, ${who}: does it listen elsewhere? --url names the address`;
}

function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const number = count / 1_000 ** power;
  return `${power === 0 ? number : number.toFixed(1)} ${units[power]}`;
}
