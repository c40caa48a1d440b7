/** A request as a log has it, before any check; what the log does not have is absent. */
export interface LoggedRequest {
  /** RFC 3339, if the log's time is one of the known forms. */
  readonly receivedAt: string;
  readonly method: string;
  /** Path and query, perhaps as a whole URL. */
  readonly target: string;
  readonly userAgent?: string | undefined;
  /** The status as the log writes it, such as `200`, `0` or `-`. */
  readonly status?: string | undefined;
  readonly bytes?: string | undefined;
  readonly durationMs?: number | undefined;
  readonly referrer?: string | undefined;
  readonly host?: string | undefined;
  readonly clientIp?: string | undefined;
}

/**
 * The content of a line: a request; or the reason why a line of a known format has none; or a `header` that describes later
 * lines; or the reason why an `unknown` line cannot be understood. `undefined`: the line is not in this format.
 */
export type LineContent =
  | { readonly kind: 'request'; readonly request: LoggedRequest }
  | { readonly kind: 'no-request'; readonly reason: string }
  | { readonly kind: 'header' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | undefined;

/** A reader of one kind of access log. */
export interface LineFormat {
  readonly name: string;
  /** Reads a line, in time that is proportional to its length. Call it for all lines in order, because some formats have headers. */
  read(line: string): LineContent;
}

export interface LineReadingOptions {
  /** The offset of times that have none, such as `+02:00`; `undefined`: UTC where the format says so, and unknown elsewhere. */
  readonly utcOffset?: string | undefined;
}

export function unknown(reason: string): LineContent {
  return { kind: 'unknown', reason };
}

export function noRequest(reason: string): LineContent {
  return { kind: 'no-request', reason };
}
