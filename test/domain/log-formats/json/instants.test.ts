import { describe, expect, it } from 'vitest';
import { instantOf } from '../../../../lib/domain/log-formats/instant.ts';

const at = '2026-03-04T05:06:07Z';
const clf = '04/Mar/2026:05:06:07 +0000';
const epoch = 1_772_600_767;

describe('an instant', () => {
  it.each([
    [String(epoch), at.replace('Z', '.000Z')],
    [`${epoch}.5`, '2026-03-04T05:06:07.500Z'],
    [`${epoch}123`, '2026-03-04T05:06:07.123Z'],
    [`${epoch}123456`, '2026-03-04T05:06:07.123Z'],
    [`${epoch}123456789`, '2026-03-04T05:06:07.123Z'],
    ['2026-03-04 05:06:07,5+0100', '2026-03-04T05:06:07.5+01:00'],
    ['2026-03-04 05:06:07.123456 +0000 UTC', '2026-03-04T05:06:07.123456+00:00'],
    ['2026/03/04 05:06:07 Z', at],
    ['2026-03-04 05:06:07.5 +0100 CET m=+0.012345', '2026-03-04T05:06:07.5+01:00'],
    ['4/Mar/2026:05:06:07 +0000', '2026-03-04T05:06:07+00:00'],
    [clf, '2026-03-04T05:06:07+00:00'],
    ['Wed, 04 Mar 2026 05:06:07 GMT', at],
    ['0.012', undefined],
    ['2026-03-04 05:06:07', undefined],
    ['04/Foo/2026:05:06:07 +0000', undefined],
    ['text', undefined],
  ])('is read from %s', (text, expected) => {
    expect(instantOf(text)).toBe(expected);
  });
});
