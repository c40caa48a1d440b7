/**
 * Rights of an API key: `ingest` sends logs, `read` reads counts, and `operate` lists the customers of the installation,
 * which only exists in the cluster form.
 */
export const scopes = ['ingest', 'read', 'operate'] as const;

export type Scope = (typeof scopes)[number];

/** Rights of a customer in its own data. A key has both unless it is limited to one. */
export const customerScopes = ['ingest', 'read'] as const satisfies readonly Scope[];

function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}

/** Parses the scopes in a text of words, as the authorizer passes them to the functions; other words are skipped. */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(' ').filter(isScope);
}
