import { describe, expect, it } from 'vitest';
import { apiKeysActions, apiKeysOptions, apiKeysOptionsOf } from '../../commands/api-keys/options.ts';
import { parseArguments } from '../../commands/define-command/parse-arguments.ts';
import { instant } from '../factories.ts';

const now = instant('2026-01-01T00:00:00Z');

function parseOptions(argv: readonly string[]) {
  const known = { options: apiKeysOptions, actions: apiKeysActions, keepsUnknown: false };
  const given = parseArguments(argv, known, {});
  if (given === 'help') throw new Error('This asks for the help.');
  return apiKeysOptionsOf(given, now);
}

describe('the options of api-keys', () => {
  it.each([
    [['create'], 'create needs a customer id'],
    [['create', 'a b'], 'The customer is not a customer id: "a b"'],
    [['create'], 'create needs a customer id'],
    [['rovoke', 'x'], 'Did you mean revoke?'],
    [['list', '--jsno'], 'Did you mean --json?'],
    [['create', 'a', '--customer', 'b'], 'one customer'],
    [['create', 'a', '--scope', 'write'], '--scope must be one of ingest, read'],
    [['create', 'a', '--label', 'a\u001b[2J'], '--label must have'],
    [['create', 'a', '--label', '{{ssm:x}}'], '--label must have'],
    [['create', 'a', '--expires', 'soon'], '--expires must be like'],
    [['create', 'a', '--expires', '2026-02-31'], '--expires must be like'],
    [['create', 'a', '--expires', '2025-12-31'], 'in the past'],
    [['create', 'a', '--expires', '0d'], 'in the past'],
    [['create', 'a', '--expires', '9999d'], 'ten years'],
    [['create', 'a', '--keep', '7d'], 'create does not take --keep'],
    [['list', 'x'], 'list takes no further word, but got "x"'],
    [['revoke'], 'revoke needs an id'],
    [['revoke', 'x', '--label', 'y'], 'revoke does not take --label'],
    [['destroy'], 'no action "destroy"'],
    [['toString'], 'no action "toString"'],
    [['--stage', '../x'], '--stage is not a name'],
    [['--region', 'x'], 'There is no option --region.'],
  ])('explain what is wrong with %j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });

  it.each([
    [['--expires', '90d'], '2026-04-01T00:00:00.000Z'],
    [['--expires', '12h'], '2026-01-01T12:00:00.000Z'],
    [['--expires', '2026-12-31'], '2026-12-31T00:00:00.000Z'],
    [['--expires', '2026-12-31T12:00+01:00'], '2026-12-31T11:00:00.000Z'],
  ])('take %j', (args, expiresAt) => {
    expect(parseOptions(['create', 'cus-axon', ...args])).toMatchObject({
      expiresAt: instant(expiresAt),
    });
  });

  it('take --customer, as before', () => {
    expect(parseOptions(['create', '--customer', 'cus-axon'])).toMatchObject({ customerId: 'cus-axon' });
  });
});
