import type { ApiKeyChange } from '../../lib/domain/api-key-change.ts';
import type { ChangeLog } from './change-log.ts';
import { print, type Io } from '../io.ts';
import { columns, describeChange } from './describe.ts';

/** Prints every change of API keys and its outcome, oldest first. */
export async function printHistory(log: ChangeLog, isJson: boolean, io: Io): Promise<void> {
  const changes = new Map<string, ApiKeyChange>();
  for await (const step of log.steps()) {
    const begun = changes.get(step.changeId);
    // A change is listed at the time when it began.
    changes.set(step.changeId, begun === undefined ? step : { ...step, at: begun.at });
  }
  if (isJson) {
    for (const change of changes.values()) print(io, JSON.stringify(describeChange(change)));
    return;
  }
  const rows = [...changes.values()].map(({ at, action, what, step, by }) => [
    at.toISOString(),
    action,
    step === 'done' ? '' : step === 'failed' ? 'FAILED' : 'BEGUN, NOT KNOWN TO BE DONE',
    by,
    Object.entries(what)
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
  ]);
  print(io, rows.length === 0 ? 'No key was changed yet.' : columns(rows));
}
