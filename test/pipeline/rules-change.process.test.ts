import { beforeEach, describe, expect, it } from 'vitest';
import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { sentEntry } from '../factories.ts';
import { openLocalPipeline, type LocalPipeline } from './local-pipeline.ts';

/**
 * A new version of the program, with other counting rules, comes between two emissions of a batch. The decision of
 * the old version holds: totals are exact, and nothing is counted under two names.
 */

const olderRules: CountingRules = {
  version: 'older',
  userAgentFamily: () => 'by older rules',
  countedPath: (path) => path,
  agentClass: () => 'library',
};
const newerRules: CountingRules = {
  version: 'newer',
  userAgentFamily: (agent) => `${agent} by newer rules`,
  countedPath: () => '/by-newer-rules',
  agentClass: () => 'browser',
};

const entries = [
  sentEntry({ path: '/a', userAgent: 'one' }),
  sentEntry({ path: '/b', userAgent: 'two' }),
  sentEntry({ path: '/a', userAgent: 'one', receivedAt: '2025-12-28T18:04:07Z' }),
  sentEntry({ path: '/a', userAgent: 'one', receivedAt: '2025-12-28T12:00:00Z' }),
];
const asOlderRulesSay = [
  [1, { 'by older rules': 1 }, { 'GET /a': 1 }],
  [2, { 'by older rules': 2 }, { 'GET /a': 1, 'GET /b': 1 }],
  [1, { 'by older rules': 1 }, { 'GET /a': 1 }],
];

let pipeline: LocalPipeline;

beforeEach(async () => {
  pipeline = await openLocalPipeline();
});

async function countAll(): Promise<void> {
  await pipeline.count('insights');
  await pipeline.count('late');
}

/** Returns the counts of each window, in time order. */
async function counted(): Promise<unknown[]> {
  const windows = await pipeline.windows();
  return windows.map(({ requests, counts }) => [
    requests,
    Object.fromEntries(counts.requestsByUserAgent),
    Object.fromEntries(counts.requestsByPath),
  ]);
}

/** Audits with the command, whose rules are a third version. */
async function expectAuditedWithoutDifferences(batches: number): Promise<void> {
  await pipeline.rollUp();
  await pipeline.close();
  const args = ['--data-dir', pipeline.directory, '--pending-seconds', '0', '--json'];
  const lines = jsonLines(await runCommand('audit', ...args));
  expect(lines).toMatchObject([{ kind: 'audited', batches, differences: 0, notAuditable: 0, pending: 0 }]);
}

describe('a batch that was stored under older rules', () => {
  it('and emitted, is not counted again when a newer version gets it once more', async () => {
    await pipeline.send('a', entries, olderRules);
    await countAll();
    await pipeline.send('a', entries, newerRules);
    await countAll();
    expect(await counted()).toEqual(asOlderRulesSay);
    await expectAuditedWithoutDifferences(1);
  });

  it('and emitted, is counted once when a newer version gets it again before it is counted', async () => {
    await pipeline.send('a', entries, olderRules);
    await pipeline.send('a', entries, newerRules);
    expect(await pipeline.waiting('insights')).toBe(4);
    await countAll();
    expect(await counted()).toEqual(asOlderRulesSay);
  });

  it('and never emitted, is counted once when a newer version gets it again', async () => {
    await pipeline.sendAndDie('a', entries, olderRules);
    await countAll();
    expect(await counted()).toEqual([]);
    await pipeline.send('a', entries, newerRules);
    await countAll();
    expect(await counted()).toEqual(asOlderRulesSay);
    await expectAuditedWithoutDifferences(1);
  });

  it('and never emitted, is counted once when a newer version verifies it and then gets it again', async () => {
    const notification = await pipeline.sendAndDie('a', entries, olderRules);
    pipeline.pass(120);
    expect(await pipeline.verify([notification])).toMatchObject([{ kind: 'emitted', partials: 3 }]);
    await pipeline.send('a', entries, newerRules);
    await countAll();
    expect(await counted()).toEqual(asOlderRulesSay);
    expect(await pipeline.verify([{ ...notification, receiveCount: 2 }])).toEqual([{ kind: 'counted' }]);
    await expectAuditedWithoutDifferences(1);
  });

  it('shares its windows with batches of the newer rules, and each is counted by its own', async () => {
    await pipeline.send('a', entries.slice(0, 2), olderRules);
    await pipeline.send('b', entries.slice(0, 2), newerRules);
    await countAll();
    expect(await counted()).toEqual([
      [
        4,
        { 'by older rules': 2, 'one by newer rules': 1, 'two by newer rules': 1 },
        { 'GET /a': 1, 'GET /b': 1, 'GET /by-newer-rules': 2 },
      ],
    ]);
    await expectAuditedWithoutDifferences(2);
  });
});

describe('a window that older rules had cut into more parts', () => {
  const agents = 2_500;
  const many = Array.from({ length: agents }, (_, n) => sentEntry({ userAgent: `agent-${n}` }));
  /** Longer than any family of ours, so that a batch of few bytes has a partial of many. */
  const wordyRules: CountingRules = {
    version: 'wordy',
    userAgentFamily: (agent) => agent.padEnd(900, '-'),
    countedPath: (path) => path,
    agentClass: () => 'other',
  };

  it('is complete and exact after some parts were counted, others lost, and all sent again', async () => {
    const notification = await pipeline.send('a', many, wordyRules);
    const parts = await pipeline.waiting('insights');
    expect(parts).toBeGreaterThan(2);
    await pipeline.count('insights', 1);
    await pipeline.lose('insights');
    const [partly] = await pipeline.windows();
    expect(partly?.requests).toBeLessThan(agents);

    await pipeline.send('a', many, newerRules);
    expect(await pipeline.waiting('insights')).toBe(parts - 1);
    await countAll();
    const [whole] = await pipeline.windows();
    expect(whole).toMatchObject({ requests: agents, batches: 1 });
    expect(
      [...(whole?.counts.requestsByUserAgent.keys() ?? [])].filter((key) => key.includes('newer')),
    ).toEqual([]);
    expect(await pipeline.verify([notification])).toEqual([{ kind: 'counted' }]);
    await expectAuditedWithoutDifferences(1);
  });

  it('is complete and exact when a newer version verifies it', async () => {
    const notification = await pipeline.send('a', many, wordyRules);
    const parts = await pipeline.waiting('insights');
    await pipeline.count('insights', 1);
    await pipeline.lose('insights');
    pipeline.pass(120);
    expect(await pipeline.verify([notification])).toMatchObject([{ kind: 'emitted', partials: parts - 1 }]);
    await pipeline.send('a', many, newerRules);
    await countAll();
    expect(await pipeline.windows()).toMatchObject([{ requests: agents, batches: 1 }]);
    await expectAuditedWithoutDifferences(1);
  });
});
