import { describe, expect, it } from 'vitest';
import { InvalidConfig, parseConfig } from '../lib/config.ts';

describe('parseConfig', () => {
  it('has a default for everything, also if a variable is set to the empty string', () => {
    const defaults = {
      dataDirectory: '.data',
      maxBatchBytes: 16_777_216,
      duplicateStatus: 409,
      allowedLatenessSeconds: 600,
      maxKeysPerDimension: 10_000,
      pathTemplates: [],
      pathQuery: 'keep',
      retentionDays: undefined,
      rawBatchDays: undefined,
      diskQuotaBytes: undefined,
      logLevel: 'info',
    };
    expect(parseConfig({})).toMatchObject(defaults);
    expect(
      parseConfig({ MAX_BATCH_BYTES: '', LOG_LEVEL: '', DATA_DIR: '', PATH_TEMPLATES: '' }),
    ).toMatchObject(defaults);
  });

  it.each([
    ['MAX_BATCH_BYTES', '2MB'],
    ['MAX_BATCH_BYTES', '0'],
    ['MAX_BATCH_BYTES', '99999999'],
    ['DUPLICATE_STATUS', '200'],
    ['ALLOWED_LATENESS_SECONDS', '-1'],
    ['MAX_KEYS_PER_DIMENSION', '10001'],
    ['PATH_TEMPLATES', 'users/:id'],
    ['PATH_TEMPLATES', '/a/:id, /search?q=:q, auto'],
    ['PATH_TEMPLATES', Array.from({ length: 101 }, (_, n) => `/${n}`).join(' ')],
    ['PATH_QUERY', 'yes'],
    ['RETENTION_DAYS', '-1'],
    ['RETENTION_DAYS', '100000'],
    ['RAW_BATCH_DAYS', '1.5'],
    ['DISK_QUOTA_BYTES', '10GB'],
    ['LOG_LEVEL', 'verbose'],
    ['STORAGE', 'tape'],
  ])('names %s when it is %j', (variable, value) => {
    expect(() => parseConfig({ [variable]: value })).toThrow(InvalidConfig);
    expect(() => parseConfig({ [variable]: value })).toThrow(new RegExp(`${variable} must (be|list) `));
    expect(() => parseConfig({ [variable]: value })).toThrow(`, and is "${value}"`);
  });

  it('names a secret that is too short, and does not repeat it', () => {
    const parse = () => parseConfig({ VISITORS_SECRET: 'hunter2' });
    expect(parse).toThrow('VISITORS_SECRET must have at least 32 characters');
    expect(parse).not.toThrow('hunter2');
  });

  it('takes path templates in their order, separated by commas and white space', () => {
    const PATH_TEMPLATES = '/users/:id,/assets/* , auto';
    expect(parseConfig({ PATH_TEMPLATES }).pathTemplates).toEqual(['/users/:id', '/assets/*', 'auto']);
    expect(parseConfig({ PATH_TEMPLATES: 'none' }).pathTemplates).toEqual([]);
  });
});
