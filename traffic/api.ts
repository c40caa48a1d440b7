import { apiClients, healthProbe } from './agents.ts';
import type { Site } from './site.ts';
import { monitor, scanner } from './uninvited.ts';
import { beginVisit, timesOf, type NextVisit } from './visit.ts';
import { weightedChoice, zipf, type Weighted } from './weighted-choice.ts';

const shipments = Array.from({ length: 150 }, (_, n) => `/v1/shipments/${48_210 + n}`);

/** The calls with their weights, and the status of a successful call. */
const calls: readonly Weighted<readonly [method: string, path: string, status: number]>[] = [
  [22, ['GET', '/v1/shipments?state=open', 200]],
  [12, ['POST', '/v1/shipments', 201]],
  [9, ['POST', '/v1/rates', 200]],
  [7, ['GET', '/v1/carriers', 200]],
  [6, ['POST', '/v1/labels', 201]],
  [4, ['GET', '/v2/shipments?cursor=next', 200]],
  [3, ['POST', '/oauth/token', 200]],
];

/** The interface of a parcel service: programs that call it all day, and a health probe. */
export const api: Site = {
  name: 'api',
  peakHour: 13,
  visits(random) {
    return weightedChoice<NextVisit>(
      [
        [78, client(random)],
        [16, probe(random)],
        [4, monitor('/status', random)],
        [2, scanner(random)],
      ],
      random,
    );
  },
};

function client(random: () => number): NextVisit {
  const agent = weightedChoice(apiClients, random);
  const call = weightedChoice(calls, random);
  const shipment = zipf(shipments, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 1.5, random);
    for (let more = timesOf(1, 9, random); more > 0; more--) {
      if (random() < 0.4) {
        const method = random() < 0.85 ? 'GET' : 'PATCH';
        request(shipment(), { method, status: statusOr(200, random()) });
      } else {
        const [method, path, status] = call();
        request(path, { method, status: statusOr(status, random()) });
      }
    }
    return visit;
  };
}

function probe(random: () => number): NextVisit {
  return () => {
    const { request, visit } = beginVisit(healthProbe, 0, random);
    request('/healthz', { status: random() < 0.995 ? 200 : 503 });
    return visit;
  };
}

function statusOr(status: number, chance: number): number {
  if (chance < 0.945) return status;
  if (chance < 0.965) return 404;
  if (chance < 0.98) return 401;
  return chance < 0.994 ? 429 : 500;
}
