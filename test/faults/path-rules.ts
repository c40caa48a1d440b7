/** The rules by which the emulator counts paths; an upgrade changes them from one of its lives to the next. */
export type PathRules = 'as sent' | 'folded';

/** Counted as they are by all rules, so that a window tells how often it counts the batch. */
export function ownPath(batchId: string): string {
  return `/${batchId}`;
}

const template = '/orders/:id';

/** Counted as they are, or under one key for all batches. */
export function foldablePath(batchId: string): string {
  return template.replace(':id', batchId);
}

/** What `foldablePath` of a batch is counted as. */
export function foldableKey(batchId: string, rules: PathRules): string {
  return `GET ${rules === 'folded' ? template : foldablePath(batchId)}`;
}

/** The settings of an emulator, or a command, that counts by these rules. */
export function settingsOf(rules: PathRules): Readonly<Record<string, string>> {
  return { PATH_TEMPLATES: rules === 'folded' ? template : '' };
}
