/** Names of the tables in ClickHouse. */
export interface Tables {
  readonly database: string;
  readonly migrations: string;
  /** Models: each is a table of windows, of which one serves and another may be under construction. */
  readonly models: string;
  /** Progress of the construction of a model. */
  readonly rebuilds: string;
  /** The view for analysts, on the model that serves. */
  readonly view: string;
  /** Returns the table of a model. */
  readonly windowsOf: (model: number) => string;
}

/** Returns the names in a database. */
export function tablesIn(database: string): Tables {
  const named = (table: string) => `${database}.${table}`;
  return {
    database,
    migrations: named('migrations'),
    models: named('models'),
    rebuilds: named('rebuilds'),
    view: named('windows'),
    windowsOf: (model) => named(`windows_${model}`),
  };
}
