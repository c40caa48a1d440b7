/** A body of a batch, and how it is sent. */
export interface WorkBody {
  readonly name: string;
  readonly mediaType: 'application/json' | 'application/x-ndjson' | 'text/plain';
  readonly make: () => string | Buffer;
  readonly status: 202 | 400;
  readonly contentEncoding?: 'gzip' | 'br';
  readonly invalid?: 'set-aside';
  /** True if lines of an access log stand in its entries; texts have them anyway. */
  readonly hasLines?: boolean;
}
