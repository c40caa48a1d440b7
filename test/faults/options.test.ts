import { expect, it } from 'vitest';
import { BadArguments } from '../../commands/command-line.ts';
import { parseArguments } from '../../commands/define-command/parse-arguments.ts';
import { faultOptions, faultOptionsOf } from './options.ts';

function parseOptions(argv: readonly string[]) {
  const given = parseArguments(argv, { options: faultOptions, actions: [], keepsUnknown: false }, {});
  if (given === 'help') throw new Error('This asks for the help.');
  return faultOptionsOf(given, 5);
}

it('has a default for everything', () => {
  expect(parseOptions([])).toEqual({
    until: { kind: 'minutes', minutes: 30 },
    seed: 5,
    firstRound: 1,
    clients: 16,
  });
});

it('takes a number of minutes, or a number of rounds instead', () => {
  expect(parseOptions(['--minutes', '60']).until).toEqual({ kind: 'minutes', minutes: 60 });
  expect(parseOptions(['--rounds', '3']).until).toEqual({ kind: 'rounds', rounds: 3 });
});

it.each([
  [['--minutes', '1', '--rounds', '1'], /not both/],
  [['--rounds', '0'], /--rounds must be/],
  [['--seed', 'x'], /--seed must be/],
  [['--first-round', '0'], /--first-round must be/],
  [['--clients', '1'], /--clients must be/],
  [['--client', '2'], /no option --client\. Did you mean --clients\?/],
  [['3'], /takes no "3"/],
] as const)('refuses %j', (args, message) => {
  expect(() => parseOptions(args)).toThrow(BadArguments);
  expect(() => parseOptions(args)).toThrow(message);
});
