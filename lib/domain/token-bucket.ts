/** How many tokens a bucket gets a second, and how many it holds at most. */
export interface TokenRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket as it was at some time. Its tokens are below zero while it is in debt. */
export interface TokenBucket {
  readonly tokens: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function fullBucket({ burst }: TokenRate, now: number): TokenBucket {
  return { tokens: burst, at: now };
}

/** The bucket with the tokens that it got until now. A clock that was set back gives none and takes none. */
export function refill({ tokens, at }: TokenBucket, rate: TokenRate, now: number): TokenBucket {
  const gained = (Math.max(0, now - at) / 1_000) * rate.perSecond;
  return { tokens: Math.min(rate.burst, tokens + gained), at: now };
}

/** The bucket after it gave so many tokens; it may get into debt by it. */
export function spend({ tokens, at }: TokenBucket, spent: number): TokenBucket {
  return { tokens: tokens - spent, at };
}

/** Whole seconds, at least one, until the bucket holds a token again. */
export function secondsUntilToken({ tokens }: TokenBucket, { perSecond }: TokenRate): number {
  return Math.max(1, Math.ceil((1 - tokens) / perSecond));
}
