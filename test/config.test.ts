import { describe, expect, it } from 'vitest';
import { InvalidConfig, parseConfig } from '../lib/config.ts';

describe('parseConfig', () => {
  it('has a default for everything, also where a variable is set to nothing', () => {
    const defaults = {
      dataDirectory: '.data',
      maxBatchBytes: 2_097_152,
      duplicateStatus: 409,
      allowedLatenessSeconds: 600,
      maxKeysPerDimension: 10_000,
      logLevel: 'info',
    };
    expect(parseConfig({})).toMatchObject(defaults);
    expect(parseConfig({ MAX_BATCH_BYTES: '', LOG_LEVEL: '', DATA_DIR: '' })).toMatchObject(defaults);
  });

  it.each([
    ['MAX_BATCH_BYTES', '2MB'],
    ['MAX_BATCH_BYTES', '0'],
    ['MAX_BATCH_BYTES', '99999999'],
    ['DUPLICATE_STATUS', '200'],
    ['ALLOWED_LATENESS_SECONDS', '-1'],
    ['MAX_KEYS_PER_DIMENSION', '10001'],
    ['LOG_LEVEL', 'verbose'],
    ['STORAGE', 'tape'],
  ])('names %s when it is %j', (variable, value) => {
    expect(() => parseConfig({ [variable]: value })).toThrow(InvalidConfig);
    expect(() => parseConfig({ [variable]: value })).toThrow(
      new RegExp(`${variable} must be .*, and is "${value}"`),
    );
  });
});
