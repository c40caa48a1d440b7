const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0',
  'curl/8.7.1',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
];
const paths = ['/', '/pricing', '/login', '/static/app.js', '/search?q=a%20b', '/café', '/api/v1/items?id=7'];
const statuses = [200, 200, 200, 301, 404, 500];
const firstInstant = Date.UTC(2026, 10, 26, 10);
const half = 30 * 60_000;

/** The range that contains all lines. */
export const logRange = { from: '2026-11-26T10:00:00Z', to: '2026-11-26T11:00:00Z' };

/** A line that no reader of access logs understands. */
export const badLine = '2026/11/26 10:15:00 [error] 123#0: *7 open() failed (2: No such file or directory)';

/**
 * Makes the lines of half an hour in the combined format. Each tenth is a health check; many of those are equal to
 * their neighbours, as they are in real logs.
 */
export function accessLog(lines: number): {
  readonly lines: string[];
  readonly requestsByPath: Map<string, number>;
} {
  const requestsByPath = new Map<string, number>();
  const written = Array.from({ length: lines }, (_, n) => {
    const isCheck = n % 10 === 3 || n % 10 === 4;
    const method = isCheck || n % 7 > 0 ? 'GET' : 'POST';
    const path = isCheck ? '/healthz' : pick(paths, n);
    const key = `${method} ${path}`;
    requestsByPath.set(key, (requestsByPath.get(key) ?? 0) + 1);
    const at = clfTime(firstInstant + Math.floor((n / lines) * half));
    const agent = isCheck ? 'kube-probe/1.29' : pick(agents, n >> 2);
    const status = isCheck ? 200 : pick(statuses, n >> 3);
    return `10.0.0.${isCheck ? 1 : n % 20} - - [${at}] "${method} ${path} HTTP/1.1" ${status} 1234 "-" "${agent}"`;
  });
  return { lines: written, requestsByPath };
}

function pick<T>(from: readonly T[], n: number): T {
  return from[n % from.length] as T;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Writes an instant as web servers do: `26/Nov/2026:10:00:00 +0000`. */
function clfTime(instant: number): string {
  const date = new Date(instant);
  const day = String(date.getUTCDate()).padStart(2, '0');
  const time = date.toISOString().slice(11, 19);
  return `${day}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${time} +0000`;
}
