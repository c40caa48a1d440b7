/** Optional facts of an entry. Facts that were not sent, or are not valid, are `undefined`. */
export interface EntryFacts {
  /** Size of the answer. */
  readonly bytes: number | undefined;
  /** Whole milliseconds that the answer took. */
  readonly durationMs: number | undefined;
  /** Host of the referring page, as `host`. */
  readonly referrerHost: string | undefined;
  /** Host of the request in lower case, without a port. */
  readonly host: string | undefined;
  readonly clientIp: string | undefined;
  /** Two characters, in capitals. */
  readonly country: string | undefined;
}

/** The names of the facts in entries. */
export const factNames = ['bytes', 'durationMs', 'referrer', 'host', 'clientIp', 'country'] as const;

export const maxBytes = 2 ** 43;
export const maxDurationMs = 86_400_000;
const maxHostLength = 255;
const maxReferrerLength = 2_048;

const integer = /^\d{1,14}$/;
const decimal = /^\d{1,8}(?:\.\d{1,9})?$/;
/** The host of a web address, without a user in front of it. */
const webAddress = /^https?:\/\/(?:[^/?#@\s]*@)?([^/?#\s]+)/i;
/** A name or an address, with an optional port. */
const hostAndPort = /^(\[[0-9a-f:.]+\]|[\w.-]+?)\.?(?::\d{0,5})?$/i;
const addressPattern = /^[0-9a-f.:]{2,45}$/i;
/** ISO 3166, and codes such as `T1`, which Cloudflare gives to Tor. */
const countryPattern = /^[a-z][a-z0-9]$/i;

/**
 * Parses the facts of a sent entry; returns `undefined` if it has none. A fact that is not valid is left out: it never
 * makes an entry invalid.
 */
export function parseFacts(value: Readonly<Partial<Record<string, unknown>>>): EntryFacts | undefined {
  const { bytes, durationMs, referrer, host, clientIp, country } = value;
  if (
    bytes === undefined &&
    durationMs === undefined &&
    referrer === undefined &&
    host === undefined &&
    clientIp === undefined &&
    country === undefined
  ) {
    return undefined;
  }
  return {
    bytes: parseBytes(bytes),
    durationMs: parseDuration(durationMs),
    referrerHost: parseReferrer(referrer),
    host: parseHost(host),
    clientIp: textMatching(addressPattern, clientIp),
    country: parseCountry(country),
  };
}

function parseBytes(value: unknown): number | undefined {
  const bytes = typeof value === 'string' && integer.test(value) ? Number(value) : value;
  return typeof bytes === 'number' && Number.isInteger(bytes) && bytes >= 0 && bytes <= maxBytes
    ? bytes
    : undefined;
}

function parseDuration(value: unknown): number | undefined {
  const duration = typeof value === 'string' && decimal.test(value) ? Number(value) : value;
  if (typeof duration !== 'number' || !(duration >= 0 && duration <= maxDurationMs)) return undefined;
  return Math.round(duration);
}

/**
 * Hosts by the texts that were sent. Servers have few names, and pages refer to the same sites again and again: a
 * look-up takes a third of the time of matching.
 */
const hosts = new Map<string, string | undefined>();
/** Clients may invent hosts, so all are forgotten at this number. */
const maxHosts = 5_000;

function parseReferrer(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxReferrerLength || value.length < 'http://a'.length) {
    return undefined;
  }
  // Nearly all have this form; matching takes twice as long.
  const start = value.startsWith('https://') ? 8 : value.startsWith('http://') ? 7 : -1;
  const end = start < 0 ? -1 : value.indexOf('/', start);
  const name = end < 0 ? undefined : value.slice(start, end);
  if (name !== undefined && !/[?#@\s]/.test(name)) return parseHost(name);
  const [, matched] = webAddress.exec(value) ?? [];
  return matched === undefined ? undefined : parseHost(matched);
}

function parseHost(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > maxHostLength) return undefined;
  const known = hosts.get(value);
  if (known !== undefined) return known;
  const [, name] = hostAndPort.exec(value.trim()) ?? [];
  const host = name?.toLowerCase();
  if (hosts.size >= maxHosts) hosts.clear();
  hosts.set(value, host);
  return host;
}

function parseCountry(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length !== countryLength) return undefined;
  return isCountry.test(value) ? value : textMatching(countryPattern, value)?.toUpperCase();
}

const countryLength = 2;
const isCountry = /^[A-Z][A-Z0-9]$/;

function textMatching(pattern: RegExp, value: unknown): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
