import { access } from 'node:fs/promises';
import { sentEntry } from '../factories.ts';
import { runCommand } from './run-command.ts';

/** A batch of the customer to forget, and one of another customer. */
export const own = { key: 'own', entries: [sentEntry({ path: '/a' })] };
export const foreign = { key: 'foreign', entries: [sentEntry({ path: '/b' })], customerId: 'cus-other' };

/** Runs the command that forgets the first customer, on a data directory. */
export const forget = (directory: string, ...args: readonly string[]) =>
  runCommand('customers', 'forget', 'cus-axon', '--data-dir', directory, ...args);

export const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
