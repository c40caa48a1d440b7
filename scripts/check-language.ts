/** `npm run check:language`: refuses openings and words that this project avoids in comments, messages and documents. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findFaults } from './check-language/find-faults.ts';

const textual = /\.(?:[cm]?[jt]s|md|ya?ml|html|css|sh)$|(?:^|\/)(?:Dockerfile|run)$/;

/** Files that quote what is banned, or that others wrote. */
const excluded = /^(?:scripts\/check-language\/rules\.ts|test\/scripts\/check-language\.|test\/fixtures\/)/;

const faults = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => textual.test(path) && !excluded.test(path) && existsSync(path))
  .flatMap((path) => findFaults(path, readFileSync(path, 'utf8')));

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} places to rewrite. The rules are in scripts/check-language/rules.ts.`);
  process.exitCode = 1;
}
