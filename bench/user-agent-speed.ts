/**
 * Measures how long one user agent can take: searches for agents of 1,024 characters that make the patterns
 * backtrack, and prints the slowest. Then it measures ordinary agents, with and without the cache.
 *
 *     node --import tsx bench/user-agent-speed.ts [seconds]
 */
import { readFileSync } from 'node:fs';
import { createUserAgentFamilies, userAgentFamily } from '../lib/domain/user-agent.ts';
import { randomNumbers } from '../traffic/seeded-order.ts';

const agentLength = 1_024;
const searchMilliseconds = Number(process.argv[2] ?? 20) * 1_000;

/** Parts with which the patterns of ua-parser-js and ours begin, repeat, or end. */
const fragments = `
  Mozilla/5.0( mozilla/1. Chrome/ chrome Safari/ safari mobilesafari Version/ version/1 AppleWebKit/ webkit/537.36
  webkit khtml/ opera operamini operamobi opera/ naver( naver(1.1 1. 1.1. 9 a . _ - ( ) ; , / : rv: rv:1 trident
  trident/7;rv: gecko/ gecko/2 droid android wv) ;wv) chrome/1 musical_ly app_version/ microm micromessenger/ qbcore/
  bad baidu bdub badouaekop bidaekoprswx tizen tizenbrowser aaaaa aaaaabrowser coc_coc comodo_ dragon [linkedin
  fban/fbios fb_iab/fb4a ;fbav/1 ;fbav/ fbav line/1 line/1/iab twitterf twitterfor e/ ome/1 iron qihu 360se juc ucweb
  uc ucbrowser ekiohf flow navigator netscape6 seamonkey/1 seamonkey/ firefox firefox/ mobilevr;rv:1 links( w3m
  gobrowser http:// https:// bot spider crawler 0 00 ---- .... likegecko qqbrowser v1 2345browser tesla qtcarbrowser
  sogoumo gsa/1 headlesschrome electron/1 focus/ weibo__ kakaotalk daumapps alipayclient/
`
  .trim()
  .split(/\s+/)
  .flatMap((fragment) => [fragment, `${fragment} `, ` ${fragment}`]);

function milliseconds(agent: string): number {
  const start = process.hrtime.bigint();
  userAgentFamily(agent);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Returns the shortest of several runs, since the machine is shared. */
const steady = (agent: string, times: number): number =>
  Math.min(...Array.from({ length: times }, () => milliseconds(agent)));

const fill = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const random = randomNumbers(1);
const pick = (): string => fragments[Math.floor(random() * fragments.length)] ?? '';

/** Composes runs of up to four fragments, of random lengths; most of the weight is where the library still looks. */
function compose(): string {
  const runs = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
    fill(pick(), 1 + Math.floor(random() * 300)),
  );
  return (random() < 0.5 ? 'x' : '') + fill(runs.join(''), agentLength - 1);
}

/** Returns the agent with another fragment written over one place. */
function mutate(agent: string): string {
  const at = Math.floor(random() * 500);
  const patch = fill(pick(), 1 + Math.floor(random() * 120));
  return (agent.slice(0, at) + patch + agent.slice(at + patch.length)).slice(0, agentLength);
}

function search(): void {
  const slowest: { agent: string; time: number }[] = [];
  let tried = 0;
  const consider = (agent: string): void => {
    tried += 1;
    const first = milliseconds(agent);
    const last = slowest.at(-1);
    if (slowest.length === 20 && last !== undefined && first <= last.time) return;
    const time = steady(agent, 3);
    slowest.push({ agent, time });
    slowest.sort((a, b) => b.time - a.time).splice(20);
  };
  for (const fragment of fragments) consider(fill(fragment, agentLength));
  const end = Date.now() + searchMilliseconds;
  while (Date.now() < end) {
    consider(compose());
    const parent = slowest[Math.floor(random() * slowest.length)];
    if (parent !== undefined) consider(mutate(parent.agent));
  }
  process.stdout.write(`${tried} agents of ${agentLength} characters; the slowest:\n`);
  const measured = slowest.map(({ agent }) => ({ agent, time: steady(agent, 20) }));
  for (const { agent, time } of measured.sort((a, b) => b.time - a.time).slice(0, 5)) {
    process.stdout.write(`  ${time.toFixed(2)} ms  ${agent.slice(0, 90)}…\n`);
  }
}

function ordinary(): void {
  const agents = readFileSync(new URL('../test/fixtures/user-agents.txt', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => line.split('\t')[1] ?? []);
  const rounds = 20;
  const cached = createUserAgentFamilies();
  for (const [name, family] of [['not cached', userAgentFamily] as const, ['cached', cached] as const]) {
    for (const agent of agents) family(agent);
    const start = process.hrtime.bigint();
    for (let round = 0; round < rounds; round += 1) for (const agent of agents) family(agent);
    const nanoseconds = Number(process.hrtime.bigint() - start) / (rounds * agents.length);
    process.stdout.write(`${name}: ${(nanoseconds / 1_000).toFixed(3)} µs per agent\n`);
  }
}

ordinary();
search();
