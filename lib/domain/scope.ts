/** Rights of an API key: `ingest` sends logs, `read` reads counts. */
export const scopes = ['ingest', 'read'] as const;

export type Scope = (typeof scopes)[number];

function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}

/** Parses the scopes in a text of words, as the authorizer passes them to the functions; other words are skipped. */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(' ').filter(isScope);
}
