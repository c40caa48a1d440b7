import * as z from 'zod';
import { jsonLines, spawnCommand } from '../spawn-command.ts';

const wholeSchema = z.object({
  kind: z.literal('audited'),
  batches: z.int(),
  differences: z.int(),
  notAuditable: z.int(),
  pending: z.int(),
  pendingRollUps: z.int(),
});

/**
 * Has `npm run audit` recompute all minutes of a data directory from its raw batches, and all hours and days from their
 * minutes; none may be pending.
 * @param batches  how many there should be
 * @returns what is wrong, in words
 */
export async function auditData(dataDirectory: string, batches: number): Promise<string[]> {
  const args = ['--data-dir', dataDirectory, '--pending-seconds', '0', '--json'];
  const end = await spawnCommand({}, 'audit', args).ended;
  if (end.exitCode !== 0 && end.exitCode !== 1) {
    return [`the audit ended with ${end.exitCode}: ${end.stderr}`];
  }
  const [last, ...findings] = jsonLines(end).toReversed();
  const whole = wholeSchema.parse(last);
  const problems = findings.map((finding) => `the audit found ${JSON.stringify(finding)}`);
  for (const count of ['differences', 'notAuditable', 'pending', 'pendingRollUps'] as const) {
    if (whole[count] !== 0) problems.push(`the audit has ${whole[count]} ${count}`);
  }
  if (whole.batches !== batches) {
    problems.push(`the audit read ${whole.batches} batches, there should be ${batches}`);
  }
  return problems;
}
