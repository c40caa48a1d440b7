/** A body of a batch, and how it is sent. */
export interface WorkBody {
  readonly name: string;
  readonly mediaType: 'application/json' | 'application/x-ndjson' | 'text/plain';
  readonly make: () => string | Buffer;
  readonly status: 202 | 400;
  readonly contentEncoding?: 'gzip' | 'br';
  readonly invalid?: 'set-aside';
}
