import { describe, expect, it } from 'vitest';
import { describeCluster, missingRoles } from '../../../commands/status/describe-cluster.ts';
import type { ClusterStatus } from '../../../commands/status/read-cluster.ts';

const api = { url: 'http://api.example:8080', trouble: undefined };
const healthy: ClusterStatus = {
  problems: [],
  topics: [
    { topic: 'batches', group: 'summarizer', records: 0, oldestSeconds: 0 },
    { topic: 'insights', group: 'aggregate', records: 1_204, oldestSeconds: 0.84 },
  ],
  processes: { summarizer: ['s-1', 's-2'], 'roll-up': ['r-1'] },
  countedThrough: new Date('2025-12-28T18:03:00Z'),
  rolledUpThrough: new Date('2025-12-28T18:03:00Z'),
  customers: ['cus-axon'],
  failedRecords: 0,
  deadLetters: 0,
};
const unknown: ClusterStatus = {
  problems: ['The groups of the roles cannot be read.'],
  topics: undefined,
  processes: undefined,
  customers: undefined,
  failedRecords: undefined,
  deadLetters: undefined,
};

describe('the state of a cluster', () => {
  it('has a line for each part and each topic', () => {
    expect(describeCluster(api, healthy).split('\n')).toEqual([
      'API         running at http://api.example:8080',
      'Roles       summarizer (s-1, s-2), roll-up (r-1)',
      'Backlog     batches to summarizer  0',
      '            insights to aggregate  1,204, the oldest for 0.8 s',
      'Counted     everything that was accepted before 2025-12-28T18:03:00.000Z is in its minute, hour and day',
      'Customers   1: cus-axon',
      'Dead        no dead letters, and no failed records',
    ]);
  });

  it('names roles without a process', () => {
    const cluster = { ...healthy, processes: { summarizer: ['s-1'], 'roll-up': [] } };
    expect(missingRoles(cluster)).toEqual(['roll-up']);
    expect(describeCluster(api, cluster)).toContain('Roles       summarizer (s-1); NOT running: roll-up\n');
  });

  it('says how far hours and days are where minutes are further', () => {
    const text = describeCluster(api, { ...healthy, rolledUpThrough: new Date('2025-12-28T18:02:00Z') });
    expect(text).toContain(
      'before 2025-12-28T18:03:00.000Z is in its minute, and before 2025-12-28T18:02:00.000Z in its hour and day\n',
    );
  });

  it('says what is behind, and what waits for a person', () => {
    const cluster = {
      ...healthy,
      countedThrough: undefined,
      rolledUpThrough: undefined,
      deadLetters: 2,
      failedRecords: 1_000,
    };
    const text = describeCluster({ ...api, trouble: 'nothing listens there' }, cluster);
    expect(text).toContain('API         NOT running at http://api.example:8080: nothing listens there\n');
    expect(text).toContain('Counted     counting is behind');
    expect(text).toContain('dead letters 2, failed records 1,000; npm run dead-letters lists them');
  });

  it('tells what is not known from what is 0', () => {
    const lines = describeCluster(api, unknown).split('\n').slice(1);
    expect(lines.map((line) => line.replace(/ +/, ': '))).toEqual([
      ...['Roles', 'Backlog', 'Counted', 'Customers', 'Dead'].map((part) => `${part}: not known now`),
      'Problem: The groups of the roles cannot be read.',
    ]);
    expect(missingRoles(unknown)).toEqual([]);
  });
});
