/** Headers of every answer of the emulator: from a function, the emulator itself, or the gate in front of them. */
export const securityHeaders = { 'x-content-type-options': 'nosniff' } as const;
