import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, idleEstimate, secondsPerMonth } from '../../commands/cost/estimate.ts';
import { prodSetup, ratesOf, type Workload } from '../../commands/cost/workload.ts';
import { runCommand } from './run-command.ts';

const frequent: Workload = { entriesPerSecond: 1_000, entriesPerBatch: 20, customers: 10, compressed: true };

describe('npm run cost', () => {
  it('estimates the cost of a workload', async () => {
    const workload = '--entries-per-second 1000 --entries-per-batch 20 --customers 10';
    const { exitCode, stdout } = await runCommand('cost', ...workload.split(' '));
    expect(exitCode).toBe(0);
    // 50,000 batches, each a PUT of $0.000005.
    expect(stdout).toContain('| taking batches: S3 | 0.2700 |');
  });

  it.each([
    [
      ['--entries-per-second', '0', '--entries-per-batch', '20'],
      /--entries-per-second needs a number above 0/,
    ],
    [['--entries-per-second', '10'], /--entries-per-batch needs a number above 0/],
    [['--entries-per-second', 'many', '--entries-per-batch', '20'], /--entries-per-second/],
    [['--nonsense'], /nonsense/],
    [['what'], /what/],
  ])('refuses what it does not know: %j', async (args, message) => {
    const { exitCode, stderr } = await runCommand('cost', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('the estimate', () => {
  it('includes the fixed costs: three shards for a month, alarms, a dashboard, polling', () => {
    const idle = idleEstimate(prodSetup);
    expect(idle.get('Kinesis, standing')).toBeCloseTo(3 * 730 * 0.015);
    expect(idle.get('alarms, dashboard')).toBeCloseTo(40 * 0.1 + 3);
  });

  it('counts one write in five seconds of a busy window, however many batches arrive for it', () => {
    expect(ratesOf(frequent, prodSetup).windowWrites).toBeCloseTo(10 / 5, 1);
    const counting = estimate(frequent, prodSetup).get('counting: S3');
    expect(counting).toBeCloseTo(2 * (0.000005 + 2 * 0.0000004) * secondsPerMonth, 0);
  });

  it('never counts more writes of windows than partials, and adds up to a number', () => {
    const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
    const workloads = fc.record({
      entriesPerSecond: positive(1e6),
      entriesPerBatch: positive(1e5),
      customers: positive(1e4),
      compressed: fc.boolean(),
    });
    fc.assert(
      fc.property(workloads, fc.integer({ min: 0, max: 300 }), (workload, countEverySeconds) => {
        const setup = { ...prodSetup, countEverySeconds };
        const { windowWrites, partials } = ratesOf(workload, setup);
        expect(windowWrites).toBeLessThanOrEqual(partials * 1.000001);
        for (const dollars of estimate(workload, setup).values()) expect(dollars).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
