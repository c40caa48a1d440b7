import { readFileSync } from 'node:fs';
import { ClickHouseError, createClient } from '@clickhouse/client';
import * as z from 'zod';
import { Unavailable } from '../../lib/errors.ts';
import { messageOf } from '../../lib/message-of.ts';
import { CannotStart } from '../cannot-start.ts';
import type { ClickHouseConfig } from '../config.ts';

/** Values of `{name:Type}` in a statement. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * A ClickHouse server. All verbs throw `Unavailable` if it does not answer, and `QueryRefused` if it answers with an
 * exception of its own.
 */
export interface ClickHouse {
  /** Reads the rows of a query. */
  rows<T>(sql: string, schema: z.ZodType<T>, parameters?: Parameters): Promise<readonly T[]>;
  /** Runs a statement that returns nothing; it is done when this resolves. */
  run(sql: string, parameters?: Parameters): Promise<void>;
  /** Inserts rows as one block, which is stored as a whole or not at all. */
  insert(table: string, rows: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

/** An exception of the server, with its number (https://clickhouse.com/docs/reference/errors). */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(`ClickHouse refused a query (code ${code}): ${message}`, options);
    this.code = code;
  }
}

/** Exceptions of a server that does not have a table or a database. */
const absent: ReadonlySet<number> = new Set([60, 81, 218]);

/** Reports whether the server does not have a table or a database. */
export function isAbsent(error: unknown): boolean {
  return error instanceof QueryRefused && absent.has(error.code);
}

/** Reports whether an error may be over when the same is asked again: the server, the store or Kafka is away or busy. */
export function mayPass(error: unknown): boolean {
  return error instanceof Unavailable || error instanceof QueryRefused;
}

/** An insert of a full block on a busy server takes some seconds. */
const maxMilliseconds = 30_000;

/**
 * Rows are stored when an insert returns, as they are. A server that drops blocks which look like an earlier one would
 * lose a window that has returned to an earlier content; and one that gathers inserts may lose them.
 */
const settings = {
  async_insert: 0,
  insert_deduplicate: 0,
  output_format_json_quote_64bit_integers: 1,
  input_format_parallel_parsing: 0,
  max_insert_block_size: '1048576',
  min_insert_block_size_rows: '1048576',
  min_insert_block_size_bytes: '1073741824',
} as const;

/**
 * Opens a server. This needs no connection yet.
 * @throws CannotStart  the file of certificates cannot be read
 */
export function openClickHouse({ url, username, password, caFile }: ClickHouseConfig): ClickHouse {
  const client = createClient({
    url,
    username,
    password,
    application: 'log-analytics',
    request_timeout: maxMilliseconds,
    max_open_connections: 16,
    keep_alive: { enabled: true, idle_socket_ttl: 1_500 },
    clickhouse_settings: settings,
    log: { level: 127 }, // whoever calls logs
    ...(caFile !== undefined && { tls: { ca_cert: readCertificate(caFile) } }),
  });
  return {
    async rows(sql, schema, parameters = {}) {
      const found = await answered(async () => {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_params: { ...parameters },
        });
        return result.json();
      });
      return z.array(schema).parse(found);
    },
    async run(sql, parameters = {}) {
      await answered(() => client.command({ query: sql, query_params: { ...parameters } }));
    },
    async insert(table, rows) {
      await answered(() => client.insert({ table, values: rows, format: 'JSONEachRow' }));
    },
    close: () => client.close(),
  };
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof ClickHouseError)
      throw new QueryRefused(Number(cause.code), cause.message, { cause });
    throw new Unavailable(`ClickHouse cannot be reached: ${messageOf(cause)}.`, { cause });
  }
}

function readCertificate(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CannotStart(
      `The file of certificates for ClickHouse cannot be read: ${messageOf(cause)}. Correct CLICKHOUSE_CA_FILE.`,
      { cause },
    );
  }
}
