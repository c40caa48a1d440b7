import { anyText, value } from '../commands/define-command/options.ts';
import { programOptions } from '../commands/program-options.ts';
import { findProblems, type Policy } from './check-licences/find-problems.ts';

const policy: Policy = {
  exceptions: [
    {
      name: 'axe-core',
      licence: 'MPL-2.0',
      reason: 'Checks the dashboard in tests; users neither install it nor receive any of it.',
      isForDevelopment: true,
    },
    {
      name: 'lightningcss',
      licence: 'MPL-2.0',
      reason: 'Comes with vitest; users neither install it nor receive any of it.',
      isForDevelopment: true,
    },
  ],
  keptMajors: [{ name: 'ua-parser-js', major: 1, reason: 'version 2 is under the AGPL' }],
};

const { directory } = programOptions({
  program: 'npm run check:licences --',
  summary: 'Refuses packages with a licence that is not permissive.',
  options: {
    directory: value({
      shows: '<path>',
      help: 'the directory whose packages it checks',
      default: '.',
      read: anyText,
    }),
  },
  exitCodes: { 0: 'all licences are permissive, or have an exception', 1: 'others', 2: 'wrong options' },
});
const problems = findProblems(directory, policy);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error('Choose another package, or add an exception with its reason to scripts/check-licences.ts.');
  process.exitCode = 1;
} else {
  console.log('All packages have a permissive licence, or an exception with a reason.');
}
