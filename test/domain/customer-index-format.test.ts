import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeCustomerIndexing, encodeCustomerIndexing } from '../../lib/domain/customer-indexing-format.ts';
import { CustomerDays } from '../../lib/domain/customer-days.ts';
import {
  decodeCustomerDays,
  decodeCustomerIndex,
  encodeCustomerIndex,
} from '../../lib/domain/customer-index-format.ts';
import { NewerFormat, UnreadableFormat } from '../../lib/errors.ts';
import { customer, instant, windowStart } from '../factories.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/formats/${name}`, import.meta.url));
const at = windowStart;

const index = {
  customerId: customer('Acme.%2e'),
  revision: 7,
  days: new Map([
    [
      at('2025-12-29T00:00:00Z'),
      {
        requests: 1,
        errors: 0,
        firstWindow: at('2025-12-29T23:59:00Z'),
        lastWindow: at('2025-12-29T23:59:00Z'),
      },
    ],
    [
      at('2025-12-28T00:00:00Z'),
      {
        requests: 3,
        errors: 1,
        firstWindow: at('2025-12-28T00:00:00Z'),
        lastWindow: at('2025-12-28T18:03:00Z'),
      },
    ],
  ]),
};

describe('an entry of the index of customers', () => {
  it('of version 1 stays readable, and is written byte for byte, with its days in time order', () => {
    expect(decodeCustomerIndex(fixture('customer-index-1.json'))).toEqual(index);
    expect(encodeCustomerIndex(index)).toEqual(fixture('customer-index-1.json'));
  });

  it('of a newer version is not read', () => {
    const newer = fixture('customer-index-1.json')
      .toString()
      .replace('"formatVersion":1', '"formatVersion":2');
    expect(() => decodeCustomerIndex(Buffer.from(newer))).toThrow(NewerFormat);
    expect(() => decodeCustomerDays(Buffer.from(newer))).toThrow(NewerFormat);
  });

  /** Totals of each single day, and of all: everything that can be asked. */
  const totalsOf = (days: CustomerDays) => {
    const day = (date: string) => Date.parse(`${date}T00:00:00Z`) / 60_000;
    const ranges = [
      ['2025-12-28', '2025-12-29'],
      ['2025-12-29', '2025-12-30'],
      ['1970-01-01', '9999-12-31'],
    ] as const;
    return ranges.map(([from, to]) => days.totalOf(day(from), day(to)));
  };

  it('has the same days when it is read for adding up, whatever the order of its days', () => {
    const expected = totalsOf(CustomerDays.of(index));
    expect(expected).not.toContain(undefined);
    expect(totalsOf(decodeCustomerDays(fixture('customer-index-1.json')))).toEqual(expected);
    const [, days = ''] = /"days":\{(.*)\}\}/.exec(fixture('customer-index-1.json').toString()) ?? [];
    const turned = days.replace(/^(.*\]),(.*)$/, '$2,$1');
    expect(turned).not.toBe(days);
    const body = Buffer.from(fixture('customer-index-1.json').toString().replace(days, turned));
    expect(totalsOf(decodeCustomerDays(body))).toEqual(expected);
  });

  it.each([
    ['a date that does not exist', '2025-12-28', '2025-02-30'],
    ['a time that does not exist', '"18:03"', '"24:00"'],
    ['a last minute before the first', '"00:00","18:03"', '"18:04","18:03"'],
    ['a negative count', '[3,', '[-3,'],
    ['a count that is not whole', '[3,', '[3.5,'],
    ['a name that is none', 'Acme.%2e', 'Acme '],
    ['a time too many', '"18:03"]', '"18:03","18:04"]'],
    ['no revision', '"revision":7,', ''],
    ['no end', '}}', ''],
  ])('with %s is damaged', (_, text, damaged) => {
    const body = fixture('customer-index-1.json').toString().replace(text, damaged);
    expect(() => decodeCustomerIndex(Buffer.from(body))).toThrow(UnreadableFormat);
    expect(() => decodeCustomerDays(Buffer.from(body))).toThrow(UnreadableFormat);
  });
});

describe('the progress of indexing customers', () => {
  const progress = {
    begunAt: instant('2025-12-28T18:04:05.678Z'),
    after: 'cus-axon',
    completedAt: undefined,
  };

  it('of version 1 stays readable, and is written byte for byte', () => {
    expect(decodeCustomerIndexing(fixture('customer-indexing-1.json'))).toEqual(progress);
    expect(encodeCustomerIndexing(progress)).toEqual(fixture('customer-indexing-1.json'));
  });
});
