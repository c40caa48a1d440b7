import { describe, expect, it } from 'vitest';
import { quoted, shellSettings } from '../../../self-hosted/local/shell-settings.ts';

describe('the settings of a cluster for a shell', () => {
  it('are those that a role has, and the address of `api`', () => {
    const env = { STORAGE: 'kafka', KAFKA_BROKERS: '127.0.0.1:9092', API_KEYS: '', PATH: '/bin' };
    expect(shellSettings(env, 'http://localhost:8080').split('\n')).toEqual([
      'export STORAGE=kafka',
      'export KAFKA_BROKERS=127.0.0.1:9092',
      "export API_KEYS=''",
      'export LOG_URL=http://localhost:8080',
      '',
    ]);
  });

  it('have what a shell would read as its own in quotes', () => {
    expect(["it's", 'a b', '$(ls)', '~/data', '/a/b.c'].map(quoted)).toEqual([
      String.raw`'it'\''s'`,
      "'a b'",
      "'$(ls)'",
      "'~/data'",
      '/a/b.c',
    ]);
  });
});
