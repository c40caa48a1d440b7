import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userAgentFamilies, userAgentFamily } from '../../lib/domain/user-agent.ts';

const list = readFileSync(new URL('../fixtures/user-agents.txt', import.meta.url), 'utf8');

/** The listed agents with their families, under their headings. */
const listed = list
  .split(/^# /m)
  .slice(2)
  .map((section) => {
    const [heading = '', ...lines] = section.split('\n');
    const agents = lines.filter((line) => line !== '').map((line) => line.split('\t'));
    return { heading, agents: agents.map(([family = '', agent = '']) => ({ agent, family })) };
  });
const listedAgents = listed.flatMap(({ agents }) => agents.map(({ agent }) => agent));

/** Parts of hostile agents. */
const pieces =
  `Mozilla/5.0| |(|)|;|/|.|-|_|9|Chrome/1|Safari/|Version/1|Mobile|opera moblet/9|Opera TABLET/1 Version/2|tizen
browser/1|okena browser/1|Nokia|naver(1.1)|FIREFOX/9|Trident rv:11 like gecko|netscape7/1|Avast/1|bot|FooBot/1|x-crawler
|Googlebot/2.1|curl/8|CFNetwork/1|java/11|constructor|__proto__/1|toString/1`
    .replaceAll('\n', '')
    .split('|');
const hostileAgent = fc.oneof(
  fc.string({ maxLength: 1024, unit: 'binary' }),
  fc.array(fc.constantFrom(...pieces), { maxLength: 60 }).map((parts) => parts.join('').slice(0, 1024)),
);

describe('userAgentFamily', () => {
  it('has a list of several hundred real agents to be held against', () => {
    expect(listed.length).toBeGreaterThan(5);
    expect(new Set(listedAgents).size).toBeGreaterThan(400);
    expect(listedAgents).toHaveLength(new Set(listedAgents).size);
  });

  it.each(listed)('knows the families of: $heading', ({ agents }) => {
    const found = agents.map(({ agent }) => ({ agent, family: userAgentFamily(agent) }));
    expect(found).toEqual(agents);
  });

  it.each([
    [
      'Chrome',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
    ],
    ['Firefox', 'Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0'],
    [
      'Safari',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Safari/605.1.15',
    ],
    [
      'Edge',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0',
    ],
    ['Googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
    ['curl', 'curl/8.5.0'],
  ])('calls the agents of everyday %s', (family, agent) => {
    expect(userAgentFamily(agent)).toBe(family);
  });

  it.each(['', '-', 'unknown', 'MyApp/1.0', 'Mozilla/5.0', 'constructor', '__proto__', '\u0000', '🦊/1.0'])(
    'answers Other to %j',
    (agent) => {
      expect(userAgentFamily(agent)).toBe('Other');
    },
  );

  it('knows a name in any case, and writes it in one way', () => {
    expect(userAgentFamily('GOOGLEBOT/2.1')).toBe('Googlebot');
    expect(userAgentFamily('cURL/7.1')).toBe('curl');
    expect(userAgentFamily('MOZILLA/5.0 (X11; LINUX; RV:9) GECKO/2010 FIREFOX/9.0')).toBe('Firefox');
  });

  it('takes no words of an address for a name', () => {
    expect(userAgentFamily('InHouse/1 (+https://github.com/axios/axios)')).toBe('Other');
    expect(userAgentFamily('InHouse/1 (+http://example.com/Googlebot)')).toBe('Other');
  });

  it('counts an everyday word only where the agent begins with it', () => {
    expect(userAgentFamily('git/2.43.0')).toBe('git');
    expect(userAgentFamily('InHouse/1 (built from git)')).toBe('Other');
  });

  it('does not count a crawler that it does not know as the browser it claims to be', () => {
    const claimed =
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36';
    expect(userAgentFamily(`${claimed} (compatible; SomeNewBot/1.0)`)).toBe('Other');
    expect(userAgentFamily(claimed)).toBe('Chrome');
  });

  it.each([
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Fresh-Agent/1.0; +https://example.com/about) Chrome/130.0.0.0 Safari/537.36',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/137.0.0.0 Safari/537.36; Fresh/1.0; +https://example.com',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 13_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Mobile/15E148 Safari/604.1 (compatible; Fresh-Art; +https://example.com/x)',
  ])('recognises a crawler that imitates a browser by the address that it gives: %s', (agent) => {
    expect(userAgentFamily(agent)).toBe('Other');
    expect(userAgentFamily(agent.replace('+https', 'https'))).not.toBe('Other');
  });

  it('reads an agent whose blanks its server wrote as plus signs', () => {
    const agent =
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';
    expect(userAgentFamily(agent.replaceAll(' ', '+'))).toBe('Mobile Safari');
  });

  it('prefers a name of two words to its first word', () => {
    expect(userAgentFamily('Box Sync/4.0.7848;Darwin/10.13')).toBe('Box Sync');
    expect(userAgentFamily('Box/1.0')).toBe('Box');
    expect(userAgentFamily('Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/)')).toBe(
      'Yahoo! Slurp',
    );
  });

  it('recognises the application of Naver, whatever browser it contains', () => {
    expect(userAgentFamily(`naver(${'1.'.repeat(500)}`)).toBe('Naver');
    expect(
      userAgentFamily('Mozilla/5.0 (iPhone) AppleWebKit/605 Version/17 Safari/605 NAVER(inapp; search)'),
    ).toBe('Naver');
  });

  it.each(['droid version/1.1 safari ', 'Mozilla/5.0 rv:9 gecko/2010 ', 'Trident/7.0; rv:11.0) like Gecko '])(
    'knows an agent that repeats %j over and over by the same family',
    (part) => {
      const [few, many] = [part.repeat(4), part.repeat(30)].map((agent) => userAgentFamily(agent));
      expect(few).not.toBe('Other');
      expect(many).toBe(few);
    },
  );

  it('remembers nothing of the agent before', () => {
    const agents = fc.array(fc.constantFrom(...listedAgents, 'a', 'x'.repeat(5_000)), { maxLength: 20 });
    const alone = new Map(listedAgents.map((agent) => [agent, userAgentFamily(agent)]));
    fc.assert(
      fc.property(agents, (sent) => {
        expect(sent.map(userAgentFamily)).toEqual(sent.map((agent) => alone.get(agent) ?? 'Other'));
      }),
    );
  });

  it('only gives families of a fixed set, whatever the agent', () => {
    fc.assert(
      fc.property(hostileAgent, (agent) => {
        expect(userAgentFamilies).toContain(userAgentFamily(agent));
      }),
      { numRuns: 2_000 },
    );
  });

  it('has families of 1 to 64 characters, less than 1,500 of them', () => {
    expect(userAgentFamilies.size).toBeLessThan(1_500);
    for (const family of userAgentFamilies) {
      expect(family).toBe(family.trim());
      expect(family.length).toBeGreaterThan(0);
      expect(family.length).toBeLessThanOrEqual(64);
    }
  });
});
