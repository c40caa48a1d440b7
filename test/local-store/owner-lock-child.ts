import { acquireOwnerLock } from '../../local-store/owner-lock.ts';

/*
 * Becomes the owner of the directory in its first argument, prints that or the reason why not, and lives until it is
 * killed.
 */
const [, , directory = ''] = process.argv;

try {
  await acquireOwnerLock(directory, 'a child');
  process.stdout.write('owner\n');
  setInterval(() => {}, 1_000_000);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
}
