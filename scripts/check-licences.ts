/** `npm run check:licences`: refuses packages whose licence is not permissive. A directory may be named; default: here. */
import { findProblems, type Policy } from './check-licences/find-problems.ts';

const policy: Policy = {
  exceptions: [
    {
      name: 'axe-core',
      licence: 'MPL-2.0',
      reason: 'Finds faults of the dashboard in tests; no user installs it, and nothing of it is passed on.',
      isForDevelopment: true,
    },
    {
      name: 'lightningcss',
      licence: 'MPL-2.0',
      reason: 'Comes with vitest; no user installs it, and nothing of it is passed on.',
      isForDevelopment: true,
    },
  ],
  keptMajors: [{ name: 'ua-parser-js', major: 1, reason: 'version 2 is under the AGPL' }],
};

const problems = findProblems(process.argv[2] ?? '.', policy);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error('Take another package, or add an exception with its reason to scripts/check-licences.ts.');
  process.exitCode = 1;
} else {
  console.log('All packages have permissive licences, or an exception with a reason.');
}
