/** `npm run check:language`: refuses openings and words that this project avoids in comments, messages and documents. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findFaults } from './check-language/find-faults.ts';

const textual = /\.(?:[cm]?[jt]s|md|ya?ml|html|css|sh)$|(?:^|\/)(?:Dockerfile|run)$/;

/** Files that quote what is banned, or that others wrote. */
const excluded = /^(?:scripts\/check-language\/rules\.ts|test\/scripts\/check-language\.|test\/fixtures\/)/;

/** Folders and files that still have to be rewritten. */
const notYetClean: readonly string[] = [
  'handlers/',
  'lib/pipeline/',
  'local-store/durable-database.ts',
  'local-store/durable-database/',
  'local-store/known-customers.ts',
  'local-store/local-queue.ts',
  'local-store/local-stream.ts',
  'local-store/logger.ts',
  'local-store/notifications/',
  'local-store/object-directory/',
  'local-store/open-local-store.ts',
  'local-store/owner-lock.ts',
  'local-store/partitioned-log/',
  'local-store/queues.ts',
  'local-store/queues/',
  'local-store/roll-ups/',
  'local-store/symbolic-link.ts',
  'local-store/trace.ts',
  'local-store/watched-clock.ts',
  'test/e2e/protections.crash.test.ts',
  'test/handlers/',
  'test/pipeline/',
  'test/simulation/',
];

const faults = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\0')
  .filter((path) => textual.test(path) && !excluded.test(path) && existsSync(path))
  .filter((path) => !notYetClean.some((folder) => path.startsWith(folder)))
  .flatMap((path) => findFaults(path, readFileSync(path, 'utf8')));

for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} places to rewrite. The rules are in scripts/check-language/rules.ts.`);
  process.exitCode = 1;
}
