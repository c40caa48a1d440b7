/** Returns the code of a failed system call, such as `ENOENT`; `undefined` if an error has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
