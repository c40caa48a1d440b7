import type { Command } from './define-command.ts';

/** A command of the command line. Each is loaded only when it is called, because some load the SDK of AWS. */
export interface ListedCommand {
  readonly name: string;
  /** One line of the list of commands. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** All commands, in the order of the list. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'start',
    summary: 'starts the pipeline on this machine',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'demo',
    summary: 'shows the pipeline at work, with made-up traffic',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'ship',
    summary: 'sends access logs to a pipeline',
    load: async () => (await import('./ship.ts')).ship,
  },
  {
    name: 'export',
    summary: 'exports windows as CSV, NDJSON or Parquet',
    load: async () => (await import('./export.ts')).exportWindows,
  },
  {
    name: 'status',
    summary: 'shows whether a pipeline runs, its backlog, customers and disk use',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'audit',
    summary: 'compares the counts with the stored batches, and repairs them',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'recount',
    summary: 'recounts old windows by the current rules',
    load: async () => (await import('./recount.ts')).recount,
  },
  {
    name: 'customers',
    summary: 'forgets a customer',
    load: async () => (await import('./customers.ts')).customers,
  },
  {
    name: 'dead-letters',
    summary: 'lists dead letters, redrives them or discards one',
    load: async () => (await import('./dead-letters.ts')).deadLetters,
  },
  {
    name: 'api-keys',
    summary: 'manages the API keys of a deployed pipeline',
    load: async () => (await import('./api-keys.ts')).apiKeys,
  },
  {
    name: 'cost',
    summary: 'estimates what a deployed pipeline costs',
    load: async () => (await import('./cost.ts')).cost,
  },
];
