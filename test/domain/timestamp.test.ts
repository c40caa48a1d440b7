import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstMinuteFrom, minuteOfInstant } from '../../lib/domain/timestamp.ts';
import { windowStartOf } from '../../lib/domain/window.ts';

function windowOf(text: string): string | undefined {
  const minute = minuteOfInstant(text);
  return minute === undefined ? undefined : windowStartOf(minute);
}

describe('minuteOfInstant', () => {
  it.each([
    ['2025-12-28T18:03:00Z', '2025-12-28T18:03:00Z'],
    ['2025-12-28T18:03:59.999999999Z', '2025-12-28T18:03:00Z'],
    ['2025-12-28t18:03:07z', '2025-12-28T18:03:00Z'],
    ['2025-12-28T18:03:07+05:30', '2025-12-28T12:33:00Z'],
    ['2025-12-28T23:59:07-00:01', '2025-12-29T00:00:00Z'],
    ['2025-12-28T18:03:07-00:00', '2025-12-28T18:03:00Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:00Z'],
    ['1990-12-31T23:59:60Z', '1990-12-31T23:59:00Z'],
    ['1990-12-31T15:59:60-08:00', '1990-12-31T23:59:00Z'],
  ])('puts %s into the window %s', (text, window) => {
    expect(windowOf(text)).toBe(window);
  });

  it.each([
    '',
    '2025-12-28',
    '2025-12-28T18:03Z',
    '2025-12-28 18:03:00Z',
    '2025-12-28T18:03:00',
    '2025-12-28T18:03:00.Z',
    '2025-12-28T18:03:00.1234567890Z',
    '2025-12-28T18:03:00+0530',
    '2025-12-28T18:03:00+05:30 ',
    '2025-12-28T18:03:00+24:00',
    '2025-12-28T18:03:00+05:60',
    '2025-12-28T24:00:00Z',
    '2025-12-28T18:60:00Z',
    '2025-12-28T18:03:61Z',
    '2025-12-28T18:03:60Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2025-04-31T00:00:00Z',
    '2025-00-10T00:00:00Z',
    '2025-13-10T00:00:00Z',
    '2025-01-00T00:00:00Z',
    '+2025-12-28T18:03:00Z',
    '٢٠٢٥-12-28T18:03:00Z',
    '1970-01-01T00:30:00+01:00',
    '1969-12-31T23:59:59Z',
    '9999-12-31T23:59:59-01:00',
    '2025-12-28T18:03:00ZZ',
    '2O25-12-28T18:03:00Z',
  ])('takes %j for no instant', (text) => {
    expect(minuteOfInstant(text)).toBeUndefined();
  });

  it('agrees with Date on every instant and offset', () => {
    const instants = fc.date({
      min: new Date(0),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: -1_439, max: 1_439 }), (instant, offset) => {
        const local = new Date(instant.getTime() + offset * 60_000);
        fc.pre(local.getTime() >= 0);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
        const sign = offset < 0 ? '-' : '+';
        const suffix = `${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
        const text = local.toISOString().replace('Z', suffix);
        expect(minuteOfInstant(text)).toBe(Math.floor(instant.getTime() / 60_000));
      }),
    );
  });
});

describe('firstMinuteFrom', () => {
  it.each([
    ['2025-12-28T18:03:00Z', '2025-12-28T18:03:00Z'],
    ['2025-12-28T18:03:00.000+00:00', '2025-12-28T18:03:00Z'],
    ['2025-12-28T18:03:00.001Z', '2025-12-28T18:04:00Z'],
    ['2025-12-28T18:03:30Z', '2025-12-28T18:04:00Z'],
    ['9999-12-31T23:59:30Z', '9999-12-31T23:59:00Z'],
  ])('rounds %s up to %s', (text, window) => {
    const minute = firstMinuteFrom(text);
    expect(minute === undefined ? undefined : windowStartOf(minute)).toBe(window);
  });
});
