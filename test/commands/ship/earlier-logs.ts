import { combinedLines, logText } from './sample-log.ts';

/** A log as somebody may have sent it with an earlier version of `ship`. */
export interface EarlierSample {
  readonly text: string;
  readonly source?: string;
  readonly isQueryKept?: boolean;
}

const clock = (line: number): string => new Date(Date.UTC(2025, 11, 28, 18) + line * 1_000).toISOString();
const lines = <T>(count: number, make: (line: number) => T): T[] =>
  Array.from({ length: count }, (_, line) => make(line));

const json = (line: number): string =>
  JSON.stringify({ time: clock(line), method: 'GET', path: `/j/${line}`, status: 200, userAgent: 'curl/8' });
const nginxJson = (line: number): string =>
  JSON.stringify({
    '@timestamp': clock(line),
    request: `GET /n/${line}?q=1 HTTP/1.1`,
    status: '404',
    response: 1,
  });
const alb = (line: number): string =>
  `https ${clock(line)} app/lb/1 192.0.2.1:1 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 ` +
  `"GET https://www.example.com:443/alb/${line} HTTP/1.1" "curl/8" - - arn:aws:x "Root=1" "-" "-" 0 ${clock(line)} "forward"`;
const cloudFront = (line: number): string =>
  [clock(line).slice(0, 10), clock(line).slice(11, 19), 'GET', `/cf/${line}`, '200', 'curl/8', '-'].join(
    '\t',
  );

/** Logs of each kind that the earlier scheme reads, and others that it reads otherwise than the present one. */
export const sampleLogs: Readonly<Record<string, EarlierSample>> = {
  combined: { text: logText(combinedLines(2_300)) },
  'combined with queries and a source': {
    text: logText(combinedLines(40)),
    source: 'web-1',
    isQueryKept: true,
  },
  common: { text: logText(combinedLines(30).map((line) => line.slice(0, line.indexOf(' "-"')))) },
  json: { text: logText(lines(1_200, json)) },
  'json after a banner': { text: logText(['{"level":"info","msg":"listening"}', ...lines(70, json)]) },
  'nginx as json': { text: logText(lines(60, nginxJson)) },
  alb: { text: logText(lines(60, alb)) },
  cloudfront: {
    text: logText([
      '#Version: 1.0',
      '#Fields: date time cs-method cs-uri-stem sc-status cs(User-Agent) cs-uri-query',
      ...lines(60, cloudFront),
    ]),
  },
  'combined after a banner': { text: logText(['/docker-entrypoint.sh: ready', ...combinedLines(100)]) },
  'json with a late start': {
    text: logText([
      ...lines(1_100, (line) => `{"level":"info","msg":"starting ${line}"}`),
      ...lines(50, json),
    ]),
  },
  'combined after null bytes': { text: `${'\0'.repeat(500)}${logText(combinedLines(20))}` },
  'json with another format in between': {
    text: logText([...lines(60, json), ...combinedLines(60), ...lines(60, json)]),
  },
  'combined with an RTSP request': {
    text: logText([
      ...combinedLines(5),
      '::1 - - [28/Dec/2025:18:00:06 +0000] "OPTIONS / RTSP/1.0" 400 0 "-" "-"',
      ...combinedLines(9).slice(7),
    ]),
  },
};
