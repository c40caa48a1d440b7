import { describe, expect, it } from 'vitest';
import { areOff, parseAlertRules } from '../../../lib/domain/alerts/alert-rules.ts';
import { customer } from '../../factories.ts';

const file = (rest: object) => JSON.stringify({ formatVersion: 1, ...rest });

describe('a file of alert rules', () => {
  it('may have nothing except its version', () => {
    expect(parseAlertRules(file({})).of(customer())).toMatchObject({
      fall: { share: 0.5, minRequests: 50, hours: 2 },
      errors: { fromStatus: 500 },
      resolveHours: 2,
      waitHours: 0,
    });
  });

  it('has defaults for all, and the differences of single customers', () => {
    const rules = parseAlertRules(
      file({
        defaults: { fall: { share: 0.7 }, silence: 'off', holidays: ['2026-12-25'] },
        customers: {
          'cus-axon': { fall: { hours: 4 }, rise: 'off', silence: { hours: 3 }, holidays: ['2026-05-01'] },
          'cus-old': 'off',
        },
      }),
    );
    expect(rules.of(customer('cus-other'))).toMatchObject({
      fall: { share: 0.7, minRequests: 50, hours: 2 },
      rise: { times: 3 },
      silence: undefined,
    });
    const own = rules.of(customer('cus-axon'));
    expect(own).toMatchObject({
      fall: { share: 0.7, minRequests: 50, hours: 4 },
      rise: undefined,
      silence: { minRequests: 20, hours: 3 },
    });
    expect([...own.holidays]).toEqual(['2026-12-25', '2026-05-01']);
    expect([areOff(rules.of(customer('cus-old'))), areOff(own)]).toEqual([true, false]);
  });

  it.each([
    ['{', 'it is not JSON'],
    ['[]', 'the document is not valid'],
    ['{}', 'formatVersion must be 1'],
    ['{"formatVersion":2}', 'formatVersion must be 1'],
    [file({ customer: {} }), 'customer is not known'],
    [file({ customers: { 'a b': {} } }), 'customers has "a b", which is not a customer id'],
    [file({ defaults: { fall: { share: 1 } } }), 'defaults.fall.share must be a number between 0 and 1'],
    [file({ defaults: { fall: { times: 2 } } }), 'defaults.fall.times is not known'],
    [file({ defaults: { fall: 'on' } }), 'defaults.fall must be "off" or an object'],
    [file({ defaults: { errors: { fromStatus: 404 } } }), 'defaults.errors.fromStatus must be 400 or 500'],
    [file({ defaults: { waitHours: 49 } }), 'defaults.waitHours must be a whole number of 0–48'],
    [
      file({ customers: { c: { rise: { hours: 0 } } } }),
      'customers.c.rise.hours must be a whole number of 1–24',
    ],
    [file({ customers: { c: { nothing: 1 } } }), 'customers.c.nothing is not known'],
    [
      file({ defaults: { holidays: ['25.12.2026'] } }),
      'defaults.holidays.0 must be a day such as 2026-12-25',
    ],
  ])('is refused when it is %s', (text, message) => {
    expect(() => parseAlertRules(text)).toThrow(message);
  });
});
