import { describe, expect, it } from 'vitest';
import { parseFieldNames } from '../../../commands/ship/field-names.ts';

describe('--field', () => {
  it('gives a field another name, which may have an equals sign', () => {
    const names = parseFieldNames(['path=req.target', 'userAgent=ua=1']);
    expect([...names]).toEqual([
      ['path', 'req.target'],
      ['userAgent', 'ua=1'],
    ]);
  });

  it.each(['path', 'colour=x', '=x', 'path='])('refuses %s', (text) => {
    expect(() => parseFieldNames([text])).toThrow('--field is FIELD=NAME');
  });
});
