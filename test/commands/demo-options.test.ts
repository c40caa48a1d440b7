import { describe, expect, it } from 'vitest';
import { BadArguments } from '../../commands/command-line.ts';
import { parseArguments } from '../../commands/define-command/parse-arguments.ts';
import { demoOptions, demoOptionsOf } from '../../commands/demo/options.ts';
import { runCommand } from './run-command.ts';

function parseOptions(argv: readonly string[]) {
  const given = parseArguments(argv, { options: demoOptions, actions: [], keepsUnknown: false }, {});
  if (given === 'help') throw new Error('This asks for the help.');
  return demoOptionsOf(given);
}

describe('npm run demo', () => {
  it('explains itself and exits with 0', async () => {
    const { exitCode, stdout } = await runCommand('demo', '--help');
    expect(exitCode).toBe(0);
    for (const option of ['entries', 'customers', 'days', 'seed', 'port', 'no-live', 'keep', 'help']) {
      expect(stdout).toContain(`--${option}`);
    }
  });

  it('exits with 2 and names an unknown option', async () => {
    const { exitCode, stderr } = await runCommand('demo', '--colour', 'red');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--colour');
  });

  it('has a default for everything', () => {
    expect(parseOptions([])).toEqual({
      seed: 1,
      entries: 100_000,
      customers: 3,
      days: 3,
      port: undefined,
      isLive: true,
      isKept: false,
    });
  });

  it.each([
    ['--entries', '99'],
    ['--entries', '1000001'],
    ['--customers', '0'],
    ['--customers', '13'],
    ['--days', 'many'],
    ['--days', '32'],
    ['--seed', '-1'],
    ['--port', '65536'],
    ['--port', '0'],
  ])('names %s when it is %s', (option, value) => {
    expect(() => parseOptions([`${option}=${value}`])).toThrow(BadArguments);
    expect(() => parseOptions([`${option}=${value}`])).toThrow(`${option} must be a whole number of`);
  });
});
