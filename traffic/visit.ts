/** A request of a visit. */
export interface VisitRequest {
  /** Since the visit began. */
  readonly secondsIn: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What one visitor asks for, from the first request to the last. */
export interface Visit {
  readonly userAgent: string;
  /** At least one, in the order of time. */
  readonly requests: readonly VisitRequest[];
}

/** The next visit of a kind of visitor; it differs from call to call, and never ends. */
export type NextVisit = () => Visit;

export interface VisitInProgress {
  /** Asks for something, and then pauses for a time of chance. */
  readonly request: (path: string, answer?: Pick<Partial<VisitRequest>, 'method' | 'status'>) => void;
  readonly visit: Visit;
}

/** @param pauseSeconds  between two requests, on average */
export function beginVisit(userAgent: string, pauseSeconds: number, random: () => number): VisitInProgress {
  const requests: VisitRequest[] = [];
  let secondsIn = 0;
  return {
    request(path, { method = 'GET', status = 200 } = {}) {
      requests.push({ secondsIn, method, path, status });
      secondsIn += random() * 2 * pauseSeconds;
    },
    visit: { userAgent, requests },
  };
}

/** So many times, from `least` to `most`. */
export function timesOf(least: number, most: number, random: () => number): number {
  return least + Math.floor(random() * (most - least + 1));
}
