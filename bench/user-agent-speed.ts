import { readFileSync } from 'node:fs';
import { programOptions } from '../commands/program-options.ts';
import { userAgentFamily } from '../lib/domain/user-agent.ts';
import { randomNumbers } from '../traffic/seeded-order.ts';
import { count } from './option-kinds.ts';

/** Lengths of the longest agent of an entry, of the part that is read for browsers, of a usual agent, and of a short one. */
const agentLengths = [1_024, 500, 120, 30];
const { seconds } = programOptions({
  program: 'npx tsx bench/user-agent-speed.ts',
  summary:
    'Measures how long one user agent can take, per character: searches for the slowest agents of several lengths by ' +
    'composing texts that the rules look for, and prints them. Then it measures ordinary agents.',
  options: { seconds: count('duration of the search', 20) },
});
const searchMilliseconds = seconds * 1_000;

/** Texts that the rules look for, begin with, repeat, or end with. */
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

const repetitions = 50;

/** Returns the time per character of the agent. */
function nanoseconds(agent: string): number {
  const start = process.hrtime.bigint();
  for (let repetition = 0; repetition < repetitions; repetition++) userAgentFamily(agent);
  return Number(process.hrtime.bigint() - start) / repetitions / agent.length;
}

/** Returns the shortest of several runs, since the machine is shared. */
const steady = (agent: string, times: number): number =>
  Math.min(...Array.from({ length: times }, () => nanoseconds(agent)));

const fill = (unit: string, length: number): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

const random = randomNumbers(1);
const pick = (): string => fragments[Math.floor(random() * fragments.length)] ?? '';

/** Composes runs of up to four fragments, of random lengths. */
function compose(length: number): string {
  const runs = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
    fill(pick(), 1 + Math.floor(random() * 0.3 * length)),
  );
  return (random() < 0.5 ? 'x' : '') + fill(runs.join(''), length - 1);
}

/** Returns the agent with another fragment written over one place. */
function mutate(agent: string): string {
  const at = Math.floor(random() * agent.length);
  const patch = fill(pick(), 1 + Math.floor(random() * 0.2 * agent.length));
  return (agent.slice(0, at) + patch + agent.slice(at + patch.length)).slice(0, agent.length);
}

function search(length: number, milliseconds: number): void {
  const slowest: { agent: string; time: number }[] = [];
  let tried = 0;
  const consider = (agent: string): void => {
    tried += 1;
    const last = slowest.at(-1);
    if (slowest.length === 20 && last !== undefined && nanoseconds(agent) <= last.time) return;
    slowest.push({ agent, time: steady(agent, 5) });
    slowest.sort((a, b) => b.time - a.time).splice(20);
  };
  for (const fragment of fragments) consider(fill(fragment, length));
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    consider(compose(length));
    const parent = slowest[Math.floor(random() * slowest.length)];
    if (parent !== undefined) consider(mutate(parent.agent));
  }
  process.stdout.write(`${tried} agents of ${length} characters; the slowest:\n`);
  const measured = slowest.map(({ agent }) => ({ agent, time: steady(agent, 20) }));
  for (const { agent, time } of measured.sort((a, b) => b.time - a.time).slice(0, 3)) {
    process.stdout.write(`  ${time.toFixed(1)} ns a character  ${agent.slice(0, 90)}…\n`);
  }
}

function ordinary(): void {
  const agents = readFileSync(new URL('../test/fixtures/user-agents.txt', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => line.split('\t')[1] ?? []);
  const rounds = 100;
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round += 1) for (const agent of agents) userAgentFamily(agent);
  const each = Number(process.hrtime.bigint() - start) / (rounds * agents.length);
  process.stdout.write(`listed agents: ${(each / 1_000).toFixed(2)} µs each\n`);
}

ordinary();
for (const length of agentLengths) search(length, searchMilliseconds / agentLengths.length);
