import { describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

describe('npm run dead-letters', () => {
  it.each([
    ['remove'],
    ['show'],
    ['redrive'],
    ['redrive', 'a', '--all'],
    ['list', '--all'],
    ['discard'],
    ['show', 'a', '--yes'],
    ['--colour'],
  ])('exits with 2 when it is given %s %s %s', async (...args) => {
    const { exitCode, stderr } = await runCommand('dead-letters', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('See --help.');
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await runCommand('dead-letters', '--help');
    expect(exitCode).toBe(0);
    for (const word of ['list', 'show', 'redrive', '--all', 'discard', '--yes', '--data-dir', '--json']) {
      expect(stdout).toContain(word);
    }
  });
});
