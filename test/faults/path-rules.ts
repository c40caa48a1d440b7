/** The rules by which the emulator counts paths; an upgrade changes them from one of its lives to the next. */
export type PathRules = 'as sent' | 'folded';

/** Returns a path that all rules count unchanged, so that a window shows how often it counts the batch. */
export function ownPath(batchId: string): string {
  return `/${batchId}`;
}

const template = '/orders/:id';

/** Returns a path that is counted unchanged, or under one key for all batches. */
export function foldablePath(batchId: string): string {
  return template.replace(':id', batchId);
}

/** Returns the key under which `foldablePath` of a batch is counted. */
export function foldableKey(batchId: string, rules: PathRules): string {
  return `GET ${rules === 'folded' ? template : foldablePath(batchId)}`;
}

/** Returns the settings of an emulator or a command that counts by these rules. */
export function settingsOf(rules: PathRules): Readonly<Record<string, string>> {
  return { PATH_TEMPLATES: rules === 'folded' ? template : '' };
}
