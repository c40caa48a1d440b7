import type { InstallationSecrets } from '../../domain/installation-secrets.ts';
import type { Logger } from '../../logger.ts';
import type { ApiKeys } from '../../ports/api-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import { authorizeLimits } from './authorize.ts';
import { RememberedLookups } from './remembered-lookups.ts';

interface LinkSecretsPorts {
  readonly apiKeys: Pick<ApiKeys, 'secrets'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Creates a function that returns the secrets which sign share links, the newest first: those of the API keys. It
 * remembers them as the authorizer does, since Parameter Store takes few reads of all programs together. A link that a
 * replaced secret signs meanwhile is good until that secret is dropped.
 */
export function createLinkSecrets(ports: LinkSecretsPorts): () => Promise<readonly Uint8Array[]> {
  const remembered = new RememberedLookups<InstallationSecrets>(authorizeLimits.memory, ports);
  return async () => {
    const secrets = (await remembered.find('', () => ports.apiKeys.secrets())) ?? [];
    return secrets.map(({ secret }) => secret);
  };
}
