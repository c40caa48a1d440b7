/** What every answer of the emulator has, whoever makes it: a function, the emulator itself or the gate before them. */
export const securityHeaders = { 'x-content-type-options': 'nosniff' } as const;
