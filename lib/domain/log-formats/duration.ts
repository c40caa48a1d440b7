import type { FoundFields } from '../field-aliases/find-fields.ts';

const plainNumber = /^\d+(?:\.\d+)?(?:e-?\d{1,2})?$/;
/** Durations of Go and of others: `163.2µs`, `1.5s`, `1m2.5s`, `0 ms`. There are two signs for micro. */
const withUnits = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?) ?(ns|us|µs|μs|ms|s))?$/;
/** Durations of Java (`PT1M0.5S`) and of .NET (`00:01:00.5`). */
const iso = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/;
const clock = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/;
const millisecondsPerUnit: Readonly<Partial<Record<string, number>>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
};

/**
 * Returns the milliseconds that the request took; `undefined` if they are not known. A number without a unit has the unit
 * that its name has in the logs of the program that wrote it. Where that is unknown, a number with decimals may be seconds
 * or milliseconds, so the request has no duration.
 */
export function durationOf(found: FoundFields): number | undefined {
  for (const { name, value } of found.durationMs ?? []) {
    const text = String(value);
    const duration = plainNumber.test(text)
      ? Number(text) * (millisecondsPer(name, text.includes('.') || text.includes('e'), found) ?? Number.NaN)
      : durationWithUnits(text);
    if (duration !== undefined && !Number.isNaN(duration)) return duration;
  }
  return undefined;
}

function durationWithUnits(text: string): number | undefined {
  const parts = withUnits.exec(text) ?? iso.exec(text) ?? clock.exec(text) ?? [];
  const [all = '', hours = '0', minutes = '0', digits = '0', unit = 's'] = parts;
  if (all === '') return undefined;
  return (
    Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(digits) * (millisecondsPerUnit[unit] ?? 1)
  );
}

/** Returns the milliseconds of a unit: names that several programs use have other units in each. */
function millisecondsPer(name: string, hasDecimals: boolean, found: FoundFields): number | undefined {
  switch (name) {
    case 'request_time':
      // Dropwizard's `requestTime` is in milliseconds, nginx's `request_time` in seconds.
      return !hasDecimals && isMarked(found, 'remoteAddress') ? 1 : 1_000;
    case 'httpRequest.latency':
    case 'duration_s':
      return 1_000;
    case 'durationMicroseconds':
      return 1e-3;
    case 'event.duration':
      return 1e-6;
    case 'Duration':
      return millisecondsPerDuration(hasDecimals, found);
    case 'Elapsed':
      return isMarked(found, '@mt') || isMarked(found, 'MessageTemplate') ? 1 : undefined; // Serilog
    case 'latency':
      // APISIX and Restify have milliseconds; Echo nanoseconds, zap seconds, and others microseconds.
      return isMarked(found, 'apisix_latency') || found.path?.[0]?.name === 'req.url' ? 1 : undefined;
    case 'time-taken':
      // CloudFront and Azure's gateway have seconds, and IIS has milliseconds.
      return hasDecimals || has(found.path, 'originalRequestUriWithArgs') ? 1_000 : 1;
    default:
      return 1;
  }
}

function millisecondsPerDuration(hasDecimals: boolean, found: FoundFields): number | undefined {
  // Lograge and Logstasher.
  if (isMarked(found, 'controller')) return 1;
  // Traefik, of whose fields a user may leave out some.
  if (
    has(found.receivedAt, 'StartUTC', 'StartLocal') ||
    has(found.status, 'DownstreamStatus', 'OriginStatus')
  )
    return 1e-6;
  // Envoy, Istio and most others. Datadog's standard attributes have nanoseconds.
  if (!hasDecimals) return isMarked(found, 'network.client.ip') ? 1e-6 : 1;
  // Caddy's `request.uri`, and nginx's variable.
  return has(found.path, 'request_uri') ? 1_000 : undefined;
}

function isMarked(found: FoundFields, mark: string): boolean {
  return has(found.mark, mark);
}

function has(values: FoundFields['mark'], ...names: readonly string[]): boolean {
  return values?.some(({ name }) => names.includes(name)) === true;
}
