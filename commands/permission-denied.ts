const codes = new Set(['EACCES', 'EPERM']);

/** Returns whether the system refused access to a file or directory, also where that is the cause of another error. */
export function isDenied(error: unknown): boolean {
  return deniedIn(error) !== undefined;
}

/**
 * Names the file or directory that this user may not use, and says what to do.
 * @param directory  the directory of the file, where that is known
 */
export function describeDenied(error: unknown, directory?: string): string {
  const denied = deniedIn(error);
  const path = directory ?? (denied !== undefined && 'path' in denied ? String(denied.path) : 'a file');
  const user = process.getuid === undefined ? 'this user' : `user id ${process.getuid()}`;
  return (
    `Permission denied: ${user} may not use ${path}. ` +
    'Run the command as the user who started the pipeline, or name another directory with --data-dir.'
  );
}

function deniedIn(error: unknown): Error | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('code' in each && codes.has(String(each.code))) return each;
  }
  return undefined;
}
