import { expect, it } from 'vitest';
import { BadArguments } from '../../commands/command-line.ts';
import { help, parseOptions } from './options.ts';

it('has a default for everything', () => {
  expect(parseOptions([], 5)).toEqual({
    until: { kind: 'minutes', minutes: 30 },
    seed: 5,
    firstRound: 1,
    clients: 16,
  });
});

it('takes a number of minutes, or a number of rounds instead', () => {
  expect(parseOptions(['--minutes', '60'], 5)?.until).toEqual({ kind: 'minutes', minutes: 60 });
  expect(parseOptions(['--rounds', '3'], 5)?.until).toEqual({ kind: 'rounds', rounds: 3 });
});

it.each([
  [['--minutes', '1', '--rounds', '1'], /not both/],
  [['--rounds', '0'], /--rounds must be/],
  [['--seed', 'x'], /--seed must be/],
  [['--first-round', '0'], /--first-round must be/],
  [['--clients', '1'], /--clients must be/],
  [['--colour'], /--colour/],
] as const)('refuses %j', (args, message) => {
  expect(() => parseOptions(args, 5)).toThrow(BadArguments);
  expect(() => parseOptions(args, 5)).toThrow(message);
});

it('explains every option', () => {
  expect(parseOptions(['--help'], 5)).toBeUndefined();
  for (const option of ['--rounds', '--minutes', '--seed', '--first-round', '--clients']) {
    expect(help).toContain(option);
  }
});
