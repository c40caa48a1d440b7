import { afterAll, beforeAll } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../client/http-client.ts';
import { parseConfig } from '../../../lib/config.ts';
import type { Authorizer } from '../../../self-hosted/http/authorizer.ts';
import { createHttpFunctions, type HttpFunctions } from '../../../self-hosted/http/functions.ts';
import { startHttpServer, type HttpServer } from '../../../self-hosted/http/http-server.ts';
import type { AdmissionLimits } from '../../../http-server/admission.ts';
import { createPipelineClient } from '../../../bench/scenario/pipeline-client.ts';
import { december } from '../../e2e/requests.ts';
import { countAll, testApp, type TestApp } from '../../handlers/app.ts';

export interface ServedAppOptions {
  readonly environment?: Record<string, string>;
  readonly authorizer?: Authorizer;
  readonly limits?: Partial<AdmissionLimits>;
  /** Functions in place of the app's. */
  readonly functions?: Partial<HttpFunctions>;
}

/** An app in memory behind the server of the cluster form, on a real port. */
export class ServedApp {
  readonly #options: ServedAppOptions;
  readonly app: TestApp;
  #server: HttpServer | undefined;
  #http: HttpClient | undefined;

  constructor(options: ServedAppOptions) {
    this.#options = options;
    const tested = testApp({ environment: options.environment ?? {} });
    this.app = { ...tested, app: { ...tested.app, hasAuthorizer: options.authorizer !== undefined } };
  }

  get server(): HttpServer {
    if (this.#server === undefined) throw new Error('The server has not been started.');
    return this.#server;
  }

  get baseUrl(): URL {
    return new URL(`http://localhost:${this.server.port}`);
  }

  get http(): HttpClient {
    return (this.#http ??= createHttpClient(this.baseUrl, 32));
  }

  async start(): Promise<void> {
    const { environment = {}, authorizer, limits, functions } = this.#options;
    const { allowedHosts, maxBatchBytes } = parseConfig(environment);
    this.#server = await startHttpServer({
      host: 'localhost',
      port: 0,
      functions: { ...createHttpFunctions(this.app.app), ...functions },
      authorizer,
      allowedNames: new Set(allowedHosts),
      limits: { maxBatchBytes, ...limits },
      clock: { now: () => new Date() },
      logger: this.app.app.logger,
    });
  }

  async stop(): Promise<void> {
    this.#http?.close();
    await this.#server?.stop(1_000);
  }

  async countedRequests(customerId: string): Promise<number> {
    await countAll(this.app);
    const client = createPipelineClient(this.http, customerId);
    const windows = await client.readWindows(december.from, december.to);
    return windows.reduce((sum, { requests }) => sum + requests, 0);
  }
}

/** Runs a server for the tests of the file or of the `describe`. */
export function useServedApp(options: ServedAppOptions = {}): ServedApp {
  const served = new ServedApp(options);
  beforeAll(() => served.start());
  afterAll(() => served.stop());
  return served;
}
