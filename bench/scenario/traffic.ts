/** Paths of the reference scenario, as the path dimension counts them. */
const paths = ['/', '/login', '/pricing', '/api/items'] as const;

/** User agents of the reference scenario, by the family that they are counted as. */
const agents = {
  Chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36',
  Firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0',
  Safari:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
  curl: 'curl/8.7.1',
} as const;

/** An entry of the scenario, with the keys under which it must be counted. */
export interface TrafficEntry {
  readonly minute: number;
  readonly pathKey: string;
  readonly family: string;
  /** The entry as sent. */
  readonly sent: {
    readonly receivedAt: string;
    readonly method: 'GET';
    readonly path: string;
    readonly userAgent: string;
  };
}

/**
 * Creates the traffic of one minute: this many requests for each path by each agent, spread over the minute.
 * @param minute  whole minutes since 1970-01-01T00:00Z
 */
export function trafficOfMinute(minute: number, requestsPerPathAndAgent: number): TrafficEntry[] {
  const entries: TrafficEntry[] = [];
  for (const path of paths) {
    for (const [family, userAgent] of Object.entries(agents)) {
      for (let request = 0; request < requestsPerPathAndAgent; request++) {
        const milliseconds = Math.floor((request * 60_000) / requestsPerPathAndAgent);
        const receivedAt = new Date(minute * 60_000 + milliseconds).toISOString();
        entries.push({
          minute,
          pathKey: `GET ${path}`,
          family,
          sent: { receivedAt, method: 'GET', path, userAgent },
        });
      }
    }
  }
  return entries;
}
