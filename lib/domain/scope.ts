/** What an API key may do: `ingest` sends logs, `read` reads what was counted. */
export const scopes = ['ingest', 'read'] as const;

export type Scope = (typeof scopes)[number];

function isScope(text: string): text is Scope {
  return (scopes as readonly string[]).includes(text);
}

/** The scopes in a text of words, as the authorizer hands them to the functions; other words are skipped. */
export function parseScopes(text: string): readonly Scope[] {
  return text.split(' ').filter(isScope);
}
