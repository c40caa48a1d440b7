import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeWindow, encodeWindow } from '../../lib/domain/window-format.ts';
import type { WindowAggregate } from '../../lib/domain/window-aggregate.ts';
import { sentEntry } from '../factories.ts';
import { jsonLines, runCommand } from './run-command.ts';

export const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json';
export const hour = 'aggregates/hour/cus-axon/2025/12/28/18.json';
export const day = 'aggregates/day/cus-axon/2025/12/28.json';
export const first = { key: 'first', entries: [sentEntry({ path: '/a' }), sentEntry({ path: '/b' })] };
export const second = { key: 'second', entries: [sentEntry({ path: '/a', userAgent: 'Wget/1.21' })] };

export async function auditOf(directory: string, ...args: readonly string[]) {
  const end = await runCommand('audit', '--data-dir', directory, '--pending-seconds', '0', '--json', ...args);
  const lines = jsonLines(end);
  return { exitCode: end.exitCode, findings: lines.slice(0, -1), whole: lines.at(-1), stderr: end.stderr };
}

export const place = (directory: string, key: string) => join(directory, 'objects', key);

export async function readWindow(directory: string): Promise<WindowAggregate> {
  return decodeWindow(await readFile(place(directory, minute)));
}

export async function editWindow(
  directory: string,
  edit: (window: WindowAggregate) => WindowAggregate,
): Promise<void> {
  await writeFile(place(directory, minute), encodeWindow(edit(await readWindow(directory))));
}

/** With this, the audit assumes that a raw batch of today may be gone. */
export const mayHaveExpired = ['--raw-batch-days', '1'];
