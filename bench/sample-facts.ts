import { randomNumbers } from '../traffic/seeded-order.ts';
import { zipf } from '../traffic/weighted-choice.ts';

/** All facts that an entry can have, as a web server's log has them. */
export interface SampleFacts {
  readonly bytes: number;
  readonly durationMs: number;
  readonly referrer: string;
  readonly host: string;
  readonly clientIp: string;
  readonly country: string;
}

/** A visitor has one agent, so these are visitors of each agent. */
const visitorsOfAgent = 100;
const countryCount = 60;
const referrerCount = 40;
const ownReferrals = 0.6;

/** Returns a function that invents the facts of an entry; the same seed gives the same facts. */
export function createSampleFacts(seed: number): (path: string, userAgent: string) => SampleFacts {
  const random = randomNumbers(seed);
  const hosts = ['shop.example.com', 'www.example.com', 'api.example.com'];
  const pickHost = zipf(hosts, random);
  const pickVisitor = zipf(
    Array.from({ length: visitorsOfAgent }, (_, n) => n + 1),
    random,
  );
  const networks = new Map<string, string>();
  const networkOf = (userAgent: string) => {
    const network = networks.get(userAgent) ?? `198.51.${networks.size}`;
    networks.set(userAgent, network);
    return network;
  };
  const pickCountry = zipf(
    Array.from({ length: countryCount }, (_, n) =>
      String.fromCodePoint(65 + (n % 26), 65 + ((Math.floor(n / 26) + n) % 26)),
    ),
    random,
  );
  const pickReferrer = zipf(
    Array.from({ length: referrerCount }, (_, n) => `https://site-${n}.example.net/article/${n}`),
    random,
  );
  return (path, userAgent) => {
    const host = pickHost();
    // The sum of three gives a hump with a tail, so that some dozen buckets of durations are used in a minute.
    const slowness = random() + random() + random();
    return {
      bytes: 200 + Math.floor(random() * 40_000),
      durationMs: Math.round(2 + slowness ** 6 * 12),
      referrer: random() < ownReferrals ? `https://${host}${path}` : pickReferrer(),
      host,
      clientIp: `${networkOf(userAgent)}.${pickVisitor()}`,
      country: pickCountry(),
    };
  };
}
