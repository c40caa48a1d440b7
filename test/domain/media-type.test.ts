import { describe, expect, it } from 'vitest';
import { mediaTypeOf } from '../../lib/domain/media-type.ts';

describe('mediaTypeOf', () => {
  it.each(['[]', ' \t\r\n[{}]', '\ufeff[{}]', '\ufeff [', '['])('finds an array: %j', (text) => {
    expect(mediaTypeOf(Buffer.from(text))).toBe('application/json');
  });

  it.each(['{}\n{}', '\n{"path":"["}', '\ufeff{}', '', ' \n ', '"['])('finds lines: %j', (text) => {
    expect(mediaTypeOf(Buffer.from(text))).toBe('application/x-ndjson');
  });
});
