/** Tokens that a bucket gets per second, and the most that it holds. */
export interface TokenRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket at some time. It has less than zero tokens while it is in debt. */
export interface TokenBucket {
  readonly tokens: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export function fullBucket({ burst }: TokenRate, now: number): TokenBucket {
  return { tokens: burst, at: now };
}

/** Adds the tokens that the bucket got until now. A clock that was set back neither adds nor removes tokens. */
export function refill({ tokens, at }: TokenBucket, rate: TokenRate, now: number): TokenBucket {
  const gained = (Math.max(0, now - at) / 1_000) * rate.perSecond;
  return { tokens: Math.min(rate.burst, tokens + gained), at: now };
}

/** Removes tokens from the bucket, which may go into debt. */
export function spend({ tokens, at }: TokenBucket, spent: number): TokenBucket {
  return { tokens: tokens - spent, at };
}

/** Returns the whole seconds, at least one, until the bucket holds a token again. */
export function secondsUntilToken({ tokens }: TokenBucket, { perSecond }: TokenRate): number {
  return Math.max(1, Math.ceil((1 - tokens) / perSecond));
}
