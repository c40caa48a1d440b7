/** Number of failed requests among those with a known status. */
export interface ErrorCounts {
  /** 4xx: the client's fault. */
  readonly client: number;
  /** 5xx: the server's fault. */
  readonly server: number;
  /** Requests with a status; entries need not have one. */
  readonly known: number;
}

export function countErrors(
  statuses: readonly { readonly key: string; readonly requests: number }[],
): ErrorCounts {
  let client = 0;
  let server = 0;
  let known = 0;
  for (const { key, requests } of statuses) {
    known += requests;
    const statusClass = statusClassOf(key);
    if (statusClass === '4xx') client += requests;
    if (statusClass === '5xx') server += requests;
  }
  return { client, server, known };
}

/** Returns the share of failed requests, or `undefined` if no status is known. */
export function errorShare({ client, server, known }: ErrorCounts): number | undefined {
  return known === 0 ? undefined : (client + server) / known;
}

export type StatusClass = (typeof statusClasses)[number] | 'other';

export function statusClassOf(status: string): StatusClass {
  return statusClasses.find((statusClass) => statusClass[0] === status[0] && status.length === 3) ?? 'other';
}

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
