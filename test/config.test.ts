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
    ['ALERT_WEBHOOK_HTTP', 'yes'],
  ])('names %s when it is %j', (variable, value) => {
    expect(() => parseConfig({ [variable]: value })).toThrow(InvalidConfig);
    expect(() => parseConfig({ [variable]: value })).toThrow(new RegExp(`${variable} must (be|list) `));
    expect(() => parseConfig({ [variable]: value })).toThrow(`, and is "${value}"`);
  });

  it.each([
    ['MAX_BATCH_BYTES', 'abc', 'must be a whole number'],
    ['DUPLICATE_STATUS', '200', 'must be 409 or 202'],
    ['STORAGE', 'floppy', 'must be local, aws or kafka'],
  ])('says what is right: %s=%s', (variable, value, reason) => {
    expect(() => parseConfig({ [variable]: value })).toThrow(`${variable} ${reason}, and is "${value}"`);
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

  describe('the webhook of alerts', () => {
    const url =
      (address: string, http = '') =>
      () =>
        parseConfig({ ALERT_WEBHOOK_URL: address, ALERT_WEBHOOK_HTTP: http }).alertWebhook?.url.href;

    it.each([
      ['https://hooks.example.com/a', ''],
      ['http://localhost:4000/a', ''],
      ['http://127.0.0.1/a', ''],
      ['http://[::1]:4000/a', ''],
      ['http://hooks.internal/a', 'any'],
    ])('may be %s with ALERT_WEBHOOK_HTTP=%s', (address, http) => {
      expect(url(address, http)()).toBe(address);
    });

    it.each([
      'http://hooks.example.com/a',
      'http://127.0.0.1.example.com/a',
      'ftp://localhost/a',
      'hidden',
      'https://me:hidden@h/',
    ])('may not be %s, and no message contains it', (address) => {
      expect(url(address)).toThrow(InvalidConfig);
      expect(url(address)).toThrow(/^(?!.*(?:hidden|example)).*ALERT_WEBHOOK_URL/);
    });

    it('may have a secret of 24 to 64 bytes, which no message contains', () => {
      const of = (secret: string) => () =>
        parseConfig({ ALERT_WEBHOOK_URL: 'https://h/', ALERT_WEBHOOK_SECRET: secret });
      const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 7).toString('base64')}`;
      for (const bytes of [24, 32, 64])
        expect(of(secretOf(bytes))().alertWebhook?.secret).toBe(secretOf(bytes));
      for (const wrong of [secretOf(23), secretOf(65), 'hidden-hidden-hidden-hidden-hidden-hidden']) {
        expect(of(wrong)).toThrow(/^(?!.*hidden).*ALERT_WEBHOOK_SECRET must be whsec_/);
      }
    });
  });
});
