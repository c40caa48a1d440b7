import { maxInstallationSecrets } from '../../lib/domain/installation-secrets.ts';
import { complain, type Io } from '../io.ts';
import type { ChangeLog } from './change-log.ts';
import { newSecret } from './create-key.ts';
import { idOf } from './describe.ts';
import type { KeyParameters } from './key-parameters.ts';

interface Opened {
  readonly parameters: KeyParameters;
  readonly log: ChangeLog;
  readonly io: Io;
}

/** Creates a new secret for new keys; keys of the previous secret stay valid. Returns whether it did so. */
export async function rotateSecret(now: Date, { parameters, log, io }: Opened): Promise<boolean> {
  const secrets = await parameters.secrets();
  if (secrets.length >= maxInstallationSecrets) {
    complain(
      io,
      'There are two secrets already. Replace the keys of the older one (list shows them), then drop-secret.',
    );
    return false;
  }
  const secret = newSecret(now);
  await log.record('rotate-secret', { secret: secret.id }, () =>
    parameters.replaceSecrets([secret, ...secrets]),
  );
  complain(
    io,
    `New keys are made under the secret ${secret.id}. Keys of the previous one keep working until drop-secret.`,
  );
  return true;
}

/** Ends the older secret, and with it all of its keys. Returns whether it did so. */
export async function dropSecret(isForced: boolean, { parameters, log, io }: Opened): Promise<boolean> {
  const [newest, older] = await parameters.secrets();
  if (newest === undefined || older === undefined) {
    complain(io, 'There is no older secret.');
    return false;
  }
  const left = [];
  for await (const key of parameters.list()) if (key.record.secretId === older.id) left.push(idOf(key));
  if (left.length > 0 && !isForced) {
    complain(
      io,
      `${left.length} keys were made under the secret ${older.id} and would end with it: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ', …' : ''}. Rotate or revoke them, or take --force.`,
    );
    return false;
  }
  await log.record('drop-secret', { secret: older.id, keys: String(left.length) }, () =>
    parameters.replaceSecrets([newest]),
  );
  complain(io, `The secret ${older.id} is gone; its keys are refused within four minutes.`);
  return true;
}
