/** Headers of every answer of a server: from a function, the server itself, or the gate in front of them. */
export const securityHeaders = { 'x-content-type-options': 'nosniff' } as const;
