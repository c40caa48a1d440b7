import { errorCode } from '../../lib/error-code.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EPERM: 'Permission denied',
  EROFS: 'The file system is read-only',
};

/** Says why the emulator does not start; where the system refused a file or directory, what can be done about it. */
export function describeStartFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const reason = reasons[errorCode(error) ?? ''];
  if (reason === undefined || !('path' in error)) return error.message;
  return `${reason}: the pipeline cannot use ${String(error.path)}. Name a data directory that this user may write: DATA_DIR=<path> npm start`;
}
