import { browsers } from './agents.ts';
import type { Visit, VisitRequest } from './visit.ts';
import { weightedChoice, zipf, type Weighted } from './weighted-choice.ts';

/** Facts of a request, as a web server's log has them. */
export interface RequestFacts {
  readonly bytes: number;
  readonly durationMs: number;
  readonly host: string;
  readonly clientIp: string;
  readonly country: string;
  /** Absent where the visitor came from nowhere, as programs do. */
  readonly referrer?: string;
}

/** Returns the facts of the requests of a visit, in their order. */
export type FactsOfVisit = (visit: Visit) => readonly RequestFacts[];

/** Countries of visitors, with networks of the shared address space (RFC 6598), from which no visitor of a site comes. */
const origins: readonly Weighted<readonly [country: string, network: string]>[] = [
  [34, ['DE', '100.64']],
  [18, ['US', '100.65']],
  [9, ['GB', '100.66']],
  [8, ['FR', '100.67']],
  [7, ['NL', '100.68']],
  [6, ['AT', '100.69']],
  [5, ['PL', '100.70']],
  [4, ['IN', '100.71']],
  [3, ['BR', '100.72']],
];
const referrers: readonly Weighted<string | undefined>[] = [
  [46, undefined],
  [30, 'https://www.google.com/'],
  [6, 'https://duckduckgo.com/'],
  [5, 'https://www.bing.com/'],
  [5, 'https://news.ycombinator.com/item?id=4711'],
  [4, 'https://www.reddit.com/'],
  [4, 'https://newsletter.example.net/2025/49'],
];
/** Addresses of each network; the first ones come back most often. */
const visitorsOfNetwork = 4_000;

const isBrowser = new Set(browsers.map(([, agent]) => agent));

/**
 * Creates the facts of visits to a host. A visitor has one address and one country; the size of an answer mostly depends
 * on its path, and its duration on what the path has to look up.
 */
export function factsOfVisits(host: string, random: () => number): FactsOfVisit {
  const origin = weightedChoice(origins, random);
  const referrer = weightedChoice(referrers, random);
  const visitor = zipf(
    Array.from({ length: visitorsOfNetwork }, (_, n) => n),
    random,
  );
  return ({ userAgent, requests }) => {
    const [country, network] = origin();
    const number = visitor();
    const clientIp = `${network}.${number >> 8}.${number & 0xff}`;
    const follows = isBrowser.has(userAgent);
    const from = follows ? referrer() : undefined;
    return requests.map((request, n) => {
      const cameFrom = follows && n > 0 ? `https://${host}${requests[0]?.path}` : from;
      return {
        bytes: bytesOf(request),
        durationMs: millisecondsOf(request, random),
        host,
        clientIp,
        country,
        ...(cameFrom !== undefined && { referrer: cameFrom }),
      };
    });
  };
}

const errorPageBytes = 1_180;
const [assetBytes, pageBytes, documentBytes] = [48_000, 14_000, 900];

function bytesOf({ method, path, status }: VisitRequest): number {
  if (method === 'HEAD' || status === 304) return 0;
  if (status >= 300) return status >= 400 ? errorPageBytes : 0;
  const usual = isAsset(path) ? assetBytes : isOfInterface(path) ? documentBytes : pageBytes;
  return Math.round(usual * (0.4 + 1.2 * numberOf(path)));
}

const [assetMilliseconds, pageMilliseconds, slowMilliseconds, timeoutMilliseconds] = [2, 38, 260, 5_000];

function millisecondsOf({ path, status }: VisitRequest, random: () => number): number {
  const usual = isSlow(path) ? slowMilliseconds : isAsset(path) ? assetMilliseconds : pageMilliseconds;
  // A hump with a long tail, as answers of servers have.
  const slowness = Math.exp(1.4 * (random() + random() + random() - 1.5));
  return Math.round((status >= 500 ? timeoutMilliseconds : usual) * (0.6 + 0.8 * numberOf(path)) * slowness);
}

function isAsset(path: string): boolean {
  return /\.(?:css|js|svg|woff2|ico|txt|xml)$/.test(path);
}
function isOfInterface(path: string): boolean {
  return /^\/(?:v\d|oauth|healthz|status)/.test(path);
}
function isSlow(path: string): boolean {
  return /^\/(?:search|checkout|v1\/(?:rates|labels))/.test(path);
}

/** Returns a number from 0 to 1 that looks random and only depends on the text. */
function numberOf(text: string): number {
  let hash = 0;
  for (const character of text) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return (Math.imul(hash, 0x9e3779b1) >>> 0) / 2 ** 32;
}
