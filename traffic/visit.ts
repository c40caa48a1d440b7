/** A request of a visit. */
export interface VisitRequest {
  /** Seconds since the visit began. */
  readonly secondsIn: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** The requests of one visitor, from the first to the last. */
export interface Visit {
  readonly userAgent: string;
  /** At least one, in time order. */
  readonly requests: readonly VisitRequest[];
}

/** Returns the next visit of a kind of visitor; it differs from call to call, and never ends. */
export type NextVisit = () => Visit;

export interface VisitInProgress {
  /** Adds a request, and then a random pause. */
  readonly request: (path: string, answer?: Pick<Partial<VisitRequest>, 'method' | 'status'>) => void;
  readonly visit: Visit;
}

/** @param pauseSeconds  average time between two requests */
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

/** Returns a random number of times, from `least` to `most`. */
export function timesOf(least: number, most: number, random: () => number): number {
  return least + Math.floor(random() * (most - least + 1));
}
