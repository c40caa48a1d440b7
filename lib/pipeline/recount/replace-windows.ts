import pMap from 'p-map';
import { windowStartOfKey } from '../../domain/keys.ts';
import { isRecountOf } from '../../domain/repair-window.ts';
import { decodeWindow } from '../../domain/window-format.ts';
import { PreconditionFailed } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Retention } from '../expire/retention.ts';
import type { ReplacedWindow, Replacement, WindowReplacer } from './recount-ports.ts';

export interface ReplaceWindowsPorts {
  readonly store: Pick<ObjectStore, 'get' | 'put'>;
  readonly retention?: Retention | undefined;
}

const windowsInFlight = 16;

/**
 * Replaces windows by their recounts. It compares each with what is stored, so that no mistake of a caller changes which
 * partials and how many requests a window counts.
 * @throws RangeError        one of them is not a recount of the window at its place by the rules of that version
 * @throws UnreadableFormat  one of them is not a window
 * @throws Unavailable       the store cannot do it now; some may be replaced, and it is safe to repeat
 */
export function replaceWindows(
  windows: readonly ReplacedWindow[],
  rulesVersion: string,
  ports: ReplaceWindowsPorts,
): Promise<Replacement[]> {
  return pMap(windows, (window) => replaceWindow(window, rulesVersion, ports), {
    concurrency: windowsInFlight,
  });
}

/** Creates a replacer that writes to the store itself. */
export function createWindowReplacer(rulesVersion: string, ports: ReplaceWindowsPorts): WindowReplacer {
  return { replace: (windows) => replaceWindows(windows, rulesVersion, ports) };
}

async function replaceWindow(
  { key, etag, body }: ReplacedWindow,
  rulesVersion: string,
  { store, retention }: ReplaceWindowsPorts,
): Promise<Replacement> {
  if (retention !== undefined && windowStartOfKey(key) < (await retention.horizon())) return 'expired';
  const current = await store.get(key);
  if (current?.etag !== etag) return 'changed';
  const window = decodeWindow(body);
  const isByTheseRules = window.recounted?.rulesVersion === rulesVersion;
  if (!isByTheseRules || !isRecountOf(window, decodeWindow(current.body))) {
    throw new RangeError(`This is not a recount of ${key} by the current rules.`);
  }
  try {
    await store.put(key, body, { ifMatch: etag });
    return 'replaced';
  } catch (error) {
    if (error instanceof PreconditionFailed) return 'changed';
    throw error;
  }
}
