import type { OldApiKey } from '../../domain/api-key.ts';
import { recordNameOf, type ApiKeyRecord } from '../../domain/api-key-record.ts';
import { grantOf, type Credential, type Grant } from '../../domain/grant.ts';
import type { InstallationSecrets } from '../../domain/installation-secrets.ts';
import { isOver } from '../../domain/share-token.ts';
import { isSignedUnder } from '../../domain/signed-text.ts';
import { fullBucket, refill, spend, type TokenRate } from '../../domain/token-bucket.ts';
import { Unavailable } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { ApiKeys } from '../../ports/api-keys.ts';
import type { Clock } from '../../ports/clock.ts';
import { CopiedRecords, type CopyLimits, type CopyStore } from './copied-records.ts';
import { RememberedLookups, type MemoryLimits } from './remembered-lookups.ts';

/**
 * Returns the rights of a credential; `undefined` for one that is unknown, revoked or expired.
 * @throws Unavailable  it cannot be known now whether it is good
 */
export type Authorize = (credential: Credential) => Promise<Grant | undefined>;

export interface AuthorizePorts {
  readonly apiKeys: ApiKeys;
  /** Store to which records are copied for an outage. */
  readonly copies: CopyStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AuthorizeLimits {
  /** True to accept keys of the old form, which have no MAC. */
  readonly acceptOldKeys: boolean;
  readonly memory: MemoryLimits;
  readonly copies: CopyLimits;
  /** A MAC that does not fit has the secrets read again where they are older than this: a new one may be there. */
  readonly secretsReadAgainSeconds: number;
  /** Look-ups of old keys that are not remembered: anybody can make up such a key, and each costs one. */
  readonly oldKeyLookups: TokenRate;
}

/** With the minute for which the gateway remembers an answer, a revoked key is refused after four minutes at most. */
export const authorizeLimits: Omit<AuthorizeLimits, 'acceptOldKeys'> = {
  memory: {
    freshSeconds: 180,
    staleSeconds: 12 * 3_600,
    pauseSeconds: 5,
    maxPresent: 20_000,
    maxAbsent: 2_000,
  },
  copies: { copyAgainSeconds: 6 * 3_600, staleSeconds: 12 * 3_600, maxRemembered: 20_000 },
  secretsReadAgainSeconds: 10,
  oldKeyLookups: { perSecond: 5, burst: 20 },
};

const warnEveryMilliseconds = 60_000;

/**
 * Finds out what API keys and share links allow. The MAC is checked before anything is looked up, so that a made-up key costs a hash.
 * What the store answered is remembered, and goes on for a bounded time while the store fails; a process that remembers
 * nothing then uses the copies of records in use.
 */
export function createAuthorize(ports: AuthorizePorts, limits: AuthorizeLimits): Authorize {
  const { apiKeys, clock, logger } = ports;
  const records = new RememberedLookups<ApiKeyRecord>(limits.memory, ports);
  const secrets = new RememberedLookups<InstallationSecrets>(limits.memory, ports);
  const copies = new CopiedRecords(limits.copies, ports);
  let oldKeyLookups = fullBucket(limits.oldKeyLookups, clock.now().getTime());
  let warnedAt = -Infinity;

  async function isGenuine(text: string): Promise<boolean> {
    const isUnder = (known: InstallationSecrets | undefined) =>
      isSignedUnder(
        text,
        (known ?? []).map(({ secret }) => secret),
      );
    const read = () => apiKeys.secrets();
    if (isUnder(await secrets.find('', read))) return true;
    // While the store fails, the secrets that are known decide: no key is made under others meanwhile.
    return isUnder(await secrets.find('', read, limits.secretsReadAgainSeconds));
  }

  function requireLookup(key: OldApiKey): void {
    if (records.ageOf(recordNameOf(key)) !== undefined) return;
    const now = clock.now().getTime();
    oldKeyLookups = refill(oldKeyLookups, limits.oldKeyLookups, now);
    if (oldKeyLookups.tokens < 1) {
      if (Math.abs(now - warnedAt) > warnEveryMilliseconds) {
        warnedAt = now;
        logger.warn('More unknown API keys of the old form are presented than are looked up');
      }
      throw new Unavailable('Too many unknown keys of the old form are presented.');
    }
    oldKeyLookups = spend(oldKeyLookups, 1);
  }

  async function recordOf(credential: Credential): Promise<ApiKeyRecord | undefined> {
    const name = credential.form === 'shared' ? credential.keyId : recordNameOf(credential);
    if (name === undefined) return undefined; // made where there are no keys
    try {
      if (credential.form === 'old') requireLookup(credential);
      else if (!(await isGenuine(credential.text))) return undefined;
      return await records.find(name, async () => {
        const record = await apiKeys.find(name);
        if (record !== undefined) await copies.keep(record);
        return record;
      });
    } catch (error) {
      // A copy is found by the hash of a whole key, which no link has.
      const hasCopy = error instanceof Unavailable && credential.form !== 'shared';
      const copy = hasCopy ? await copies.find(credential) : undefined;
      if (copy === undefined) throw error; // not refused: that there is no copy says nothing
      return copy;
    }
  }

  return async (credential) => {
    if (credential.form === 'old' && !limits.acceptOldKeys) return undefined;
    if (credential.form === 'shared' && isOver(credential, clock.now())) return undefined;
    const record = await recordOf(credential);
    return record && grantOf(credential, record, clock.now());
  };
}
