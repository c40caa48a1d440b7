/** A proof that is not a round: a command for `node`, in the top folder. */
export interface Proof {
  readonly name: string;
  readonly args: readonly string[];
}

/** Tests that cover all steps, operations, files, bodies or protections. */
export const tables: readonly string[] = [
  'test/e2e/crash-table.crash.test.ts',
  'test/e2e/torn-files.crash.test.ts',
  'test/e2e/store-faults.test.ts',
  'test/e2e/outage.test.ts',
  'test/e2e/overload.long.test.ts',
  'test/e2e/output.test.ts',
  'test/e2e/time.long.test.ts',
  'test/e2e/dying-function.crash.test.ts',
  'test/e2e/unhandled-rejection.test.ts',
  'test/e2e/rules-change.long.test.ts',
  'test/e2e/any-body.test.ts',
  'test/e2e/protections.crash.test.ts',
  'test/pipeline/protections.test.ts',
  'test/pipeline/rules-change.process.test.ts',
  'test/handlers/any-body.test.ts',
  'test/handlers/long-outage.process.test.ts',
  'test/local-store/object-directory-power-cut.test.ts',
];

const sustainedShare = 1 / 6;
const leastSustainedMinutes = 0.5;
const mostSustainedMinutes = 5;

/** @param minutes  for everything, including the rounds */
export function proofsWithin(minutes: number): readonly Proof[] {
  const sustained = Math.min(mostSustainedMinutes, Math.max(leastSustainedMinutes, minutes * sustainedShare));
  return [
    { name: 'The tables', args: ['node_modules/vitest/vitest.mjs', 'run', ...tables] },
    {
      name: 'Sustained load',
      args: ['--import', 'tsx', 'bench/sustained.ts', '--minutes', sustained.toFixed(1), '--clients', '64'],
    },
  ];
}
