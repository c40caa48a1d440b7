import { describe, expect, it } from 'vitest';
import { commands } from '../../commands/commands.ts';
import { runCommandWith } from '../commands/run-command.ts';
import { readPage } from './pages.ts';

const { text } = readPage('docs/reference/commands.md');
const sections = new Map(
  [...text.matchAll(/^## `([\w-]+)`\n(.*?)(?=^## |(?![^]))/gms)].map(([, name = '', section = '']) => [
    name,
    section,
  ]),
);

describe('docs/reference/commands.md', () => {
  it('has every command, in the order of the list', () => {
    expect([...sections.keys()]).toEqual(commands.map(({ name }) => name));
  });

  it.each(commands)('has the help of $name', async ({ name }) => {
    const { stdout } = await runCommandWith({ npm_lifecycle_event: name }, name, '--help');
    const [, help] = /```text\n(.*?)\n```/s.exec(sections.get(name) ?? '') ?? [];
    expect(help).toBe(stdout.trim());
  });
});
