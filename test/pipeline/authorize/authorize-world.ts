import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, onTestFinished } from 'vitest';
import { InMemoryObjectStore } from '../../../lib/adapters/in-memory-object-store.ts';
import { createSsmApiKeys } from '../../../lib/adapters/ssm-api-keys.ts';
import { parseApiKey } from '../../../lib/domain/api-key.ts';
import {
  encodeInstallationSecrets,
  secretsParameterOf,
  type InstallationSecret,
} from '../../../lib/domain/installation-secrets.ts';
import { parseShareToken } from '../../../lib/domain/share-token.ts';
import { Unavailable } from '../../../lib/errors.ts';
import { createLogger } from '../../../lib/logger.ts';
import {
  authorizeLimits,
  createAuthorize,
  type Authorize,
} from '../../../lib/pipeline/authorize/authorize.ts';
import type { CopyStore } from '../../../lib/pipeline/authorize/copied-records.ts';
import { createLinkSecrets } from '../../../lib/pipeline/authorize/link-secrets.ts';
import type { ApiKeys } from '../../../lib/ports/api-keys.ts';
import { installationSecret, newApiKey, recordParameter } from '../../api-keys.ts';
import { credentials } from '../../aws/clients.ts';
import { startParameterServer } from '../../aws/parameter-server.ts';
import { instant } from '../../factories.ts';

/** The path of the parameters in the store. */
export const path = '/log-analytics-pipeline/dev/api-keys';
export const hour = 3_600;

/** The surroundings of authorizers: parameters and a bucket that fail when a test says so, and a clock that it sets. */
export class AuthorizeWorld {
  readonly parameters = new Map<string, string>();
  /** Names of the requested parameters. */
  asked: string[] = [];
  storeFails = false;
  now = instant('2025-12-28T18:00:00Z');
  readonly logLines: string[] = [];
  readonly objects = new InMemoryObjectStore();
  bucketFails = false;
  readonly bucketRequests: string[] = [];
  #client: SSMClient | undefined;

  /** Starts the server of the parameters until the test ends. */
  async start(): Promise<void> {
    this.setSecrets(installationSecret(1));
    const server = await startParameterServer(this.parameters, {
      secureNames: new Set([secretsParameterOf(path)]),
      fault: ({ Name }) => {
        this.asked.push(Name);
        return this.storeFails ? 'InternalServerError' : undefined;
      },
    });
    const { endpoint } = server;
    const client = new SSMClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
    this.#client = client;
    onTestFinished(async () => {
      client.destroy();
      await server.close();
    });
  }

  setSecrets(...secrets: readonly InstallationSecret[]): void {
    this.parameters.set(secretsParameterOf(path), encodeInstallationSecrets(secrets));
  }

  /** Creates an authorizer that remembers nothing yet. */
  create({ acceptOldKeys = true, memory = authorizeLimits.memory } = {}): (
    text: string,
  ) => ReturnType<Authorize> {
    const clock = { now: () => this.now };
    const logger = createLogger({ level: 'warn', clock, write: (line) => this.logLines.push(line) });
    const copies: CopyStore = {
      get: (key) => this.#bucketAnswer('get', () => this.objects.get(key)),
      put: (...args) => this.#bucketAnswer('put', () => this.objects.put(...args)),
    };
    const ports = { apiKeys: this.#apiKeys(), copies, clock, logger };
    const authorize = createAuthorize(ports, { ...authorizeLimits, memory, acceptOldKeys });
    return async (text) =>
      authorize(
        parseApiKey(text) ?? parseShareToken(text) ?? expect.fail('not shaped like a key or a token'),
      );
  }

  /** Creates a reader of the secrets of share links that remembers nothing yet. */
  createLinkSecrets(): () => Promise<readonly Uint8Array[]> {
    const clock = { now: () => this.now };
    const logger = createLogger({ level: 'warn', clock, write: (line) => this.logLines.push(line) });
    return createLinkSecrets({ apiKeys: this.#apiKeys(), clock, logger });
  }

  #apiKeys(): ApiKeys {
    return createSsmApiKeys(
      this.#client ?? expect.fail('The server of the parameters is not running.'),
      path,
    );
  }

  async #bucketAnswer<T>(request: string, work: () => Promise<T>): Promise<T> {
    this.bucketRequests.push(request);
    if (this.bucketFails) throw new Unavailable('The bucket fails.');
    return work();
  }

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1_000);
  }

  /** Stores the record of a new key. */
  storeKey(given: Parameters<typeof recordParameter>[2] = {}) {
    const key = newApiKey();
    this.parameters.set(...recordParameter(path, key, given));
    return key;
  }
}

/** Creates and starts the surroundings; call it before each test. */
export async function startAuthorizeWorld(): Promise<AuthorizeWorld> {
  const world = new AuthorizeWorld();
  await world.start();
  return world;
}
