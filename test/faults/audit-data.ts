import * as z from 'zod';
import { jsonLines, spawnCommand } from '../spawn-command.ts';
import { settingsOf, type PathRules } from './path-rules.ts';

const wholeSchema = z.object({
  kind: z.literal('audited'),
  batches: z.int(),
  differences: z.int(),
  notAuditable: z.int(),
  pending: z.int(),
  pendingRollUps: z.int(),
});

type Whole = z.output<typeof wholeSchema>;

/** A week, the maximum: longer than any clock of a round is wrong. */
const everythingIsPendingSeconds = '604800';

/**
 * Runs `npm run audit` to recompute all minutes of a data directory from its raw batches, and all hours and days from
 * their minutes; none may be pending.
 * @param batches  the expected number of batches
 * @returns the problems, in words
 */
export async function auditData(dataDirectory: string, rules: PathRules, batches: number): Promise<string[]> {
  return audit(dataDirectory, rules, '0', (whole) => [
    ...(['pending', 'pendingRollUps'] as const).flatMap((count) =>
      whole[count] === 0 ? [] : `the audit has ${whole[count]} ${count}`,
    ),
    ...(whole.batches === batches
      ? []
      : [`the audit read ${whole.batches} batches, there should be ${batches}`]),
  ]);
}

/**
 * Audits beside an emulator that is running or is killed meanwhile: uncounted batches are pending, but no file may be
 * torn, and nothing may be counted that is not stored.
 */
export async function auditRunningData(dataDirectory: string, rules: PathRules): Promise<string[]> {
  return audit(dataDirectory, rules, everythingIsPendingSeconds, () => []);
}

/** Finds dead letters; no fault of a round may make one. */
export async function findDeadLetters(dataDirectory: string): Promise<string[]> {
  const args = ['list', '--data-dir', dataDirectory, '--json'];
  const end = await spawnCommand({}, 'dead-letters', args).ended;
  if (end.exitCode !== 0) return [`the list of dead letters ended with ${end.exitCode}: ${end.stderr}`];
  return jsonLines(end).map((letter) => `there is a dead letter: ${JSON.stringify(letter)}`);
}

async function audit(
  dataDirectory: string,
  rules: PathRules,
  pendingSeconds: string,
  more: (whole: Whole) => string[],
): Promise<string[]> {
  const args = ['--data-dir', dataDirectory, '--pending-seconds', pendingSeconds, '--json'];
  const end = await spawnCommand(settingsOf(rules), 'audit', args).ended;
  if (end.exitCode !== 0 && end.exitCode !== 1) {
    return [`the audit ended with ${end.exitCode}: ${end.stderr}`];
  }
  const [last, ...findings] = jsonLines(end).toReversed();
  const whole = wholeSchema.parse(last);
  return [
    ...findings.map((finding) => `the audit found ${JSON.stringify(finding)}`),
    ...(['differences', 'notAuditable'] as const).flatMap((count) =>
      whole[count] === 0 ? [] : `the audit has ${whole[count]} ${count}`,
    ),
    ...more(whole),
  ];
}
