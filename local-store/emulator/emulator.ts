import { resolve } from 'node:path';
import { readAlertRules } from '../../lib/alert-rules-file.ts';
import { parseConfig } from '../../lib/config.ts';
import { createLogger } from '../../lib/logger.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import { notificationRules } from '../notifications.ts';
import { openLocalStore } from '../open-local-store.ts';
import { serveRequests, type RequestServer } from '../operator-requests.ts';
import type { StreamSettings } from '../partitioned-log.ts';
import { queueSettings } from '../queues.ts';
import { realTimers } from '../timers.ts';
import { emulatedFunctions } from './emulated-functions.ts';
import { emulatedResources } from './emulated-resources.ts';
import { callFunctionsDirectly } from './call-functions-directly.ts';
import { closeLambdaPort } from './close-lambda-port.ts';
import { startEventSources, type EventSource } from './event-sources.ts';
import { describeStartFailure } from './describe-start-failure.ts';
import { greeting } from './greeting.ts';
import { hideRouteTable } from './hide-route-table.ts';
import { createInvoker } from './invoker.ts';
import { outliveOutput } from './outlive-output.ts';
import { queueMappings } from './queue-mappings.ts';
import { quietPerRequestLines } from './quiet-per-request-lines.ts';
import { acceptRequests } from './requests.ts';
import { requireFreePort } from './require-free-port.ts';
import { requireLoopback } from './require-loopback.ts';
import type { EmulatorLog, Serverless, ServerlessOptions, ServerlessService } from './serverless.ts';
import { stopEventSources } from './stop-event-sources.ts';
import { streamMappings, type StreamMapping } from './stream-mappings.ts';

export interface EmulatorContext {
  readonly serverless: Serverless;
  /** Options of the command line. */
  readonly options: ServerlessOptions;
  readonly log: EmulatorLog;
}

/**
 * The parts that this project adds to serverless-offline: the store, and the event sources that invoke the functions.
 */
export interface Emulator {
  /** Call it when the functions can be invoked. */
  start(): Promise<void>;
  /** Accepts no more work, finishes what runs and ends soon, and closes the store. */
  stop(): Promise<void>;
}

/**
 * Time for running requests and invocations; leaves time for the store, within the 10 s in which everything must
 * stop.
 */
const stopTimeoutMilliseconds = 5_000;

/**
 * Opens the store before any function can ask for it.
 * @throws Error  the functions would not run in this process, the environment or `serverless.yml` is invalid, or
 *                another process owns the data directory; the message says which
 */
export async function openEmulator({ serverless, options, log }: EmulatorContext): Promise<Emulator> {
  const offlineOptions = { ...serverless.service.custom?.['serverless-offline'], ...options };
  if (offlineOptions.useInProcess !== true) {
    throw new serverless.classes.Error(
      'The functions must run in process. Remove the setting that changes useInProcess: true.',
    );
  }
  try {
    // Applies to all files; files of the data directory get their modes explicitly, too.
    process.umask(0o077);
    outliveOutput([process.stdout, process.stderr]);
    await quietPerRequestLines(log);
    await callFunctionsDirectly(serverless);
    await closeLambdaPort();
    await hideRouteTable();
    await requireLoopback(offlineOptions.host);
    await requireFreePort(offlineOptions.host, offlineOptions.httpPort);
    const config = parseConfig(process.env);
    if (config.storage !== 'local') {
      throw new Error(
        'The emulator keeps everything on this machine. Unset STORAGE, which is for deployed functions.',
      );
    }
    readAlertRules(config); // an invalid file would otherwise be noticed by the first check alone
    const clock: Clock = { now: () => new Date() };
    const logger = createLogger({
      level: config.logLevel,
      clock,
      write: (line) => process.stdout.write(line),
    });
    const { provider, custom } = serverless.service;
    const { region } = provider;
    provider.environment = { ...provider.environment, ...custom?.emulator?.environment };
    const functions = emulatedFunctions(serverless.service.functions, custom?.emulator?.events);
    const resources = emulatedResources(serverless.service.resources?.Resources ?? {});
    const fromStreams = streamMappings(functions, resources);
    const fromQueues = queueMappings(functions, resources);
    const dataDirectory = resolve(serverless.serviceDir, config.dataDirectory);
    const store = await openLocalStore(dataDirectory, {
      clock,
      logger,
      region,
      streams: streamsOf(fromStreams),
      queues: queueSettings(resources),
      notifications: notificationRules(resources),
      quotaBytes: config.diskQuotaBytes,
      onBroken: (error) => {
        logger.error('The log can no longer be read or written, so the emulator ends. Start it again.', {
          error,
        });
        // Nothing that runs could finish, so it ends at once: a crash like any other, in which no accepted batch is
        // lost.
        process.exit(1);
      },
    });
    const requests = acceptRequests(allowedNames(config.allowedHosts, offlineOptions.host), config);

    // A rejection that nobody awaits would end the process and all running requests. When the disk is full, lmdb
    // rejects some promises of its own, besides the one that its caller gets.
    process.on('unhandledRejection', (error) => logger.error('A rejection was not handled', { error }));

    let sources: EventSource[] = [];
    let commands: RequestServer | undefined;
    const calledByCommands = functionsOfCommands(serverless.service);
    return {
      async start() {
        const all = { ...serverless.service.functions, ...calledByCommands };
        const invoke = await createInvoker(serverless, all, offlineOptions);
        sources = startEventSources({ fromStreams, fromQueues }, { store, invoke, region, clock, logger });
        const names = Object.keys(calledByCommands);
        commands = await serveRequests({
          dataDirectory,
          functions: names,
          invoke,
          timers: realTimers,
          logger,
        });
        process.stdout.write(greeting(baseUrlOf(offlineOptions), dataDirectory, clock.now()));
      },

      async stop() {
        process.stdout.write('\nStopping: running work is finished first.\n');
        await Promise.all([
          requests.drain(stopTimeoutMilliseconds),
          commands?.stop(),
          stopEventSources(sources, stopTimeoutMilliseconds, { timers: realTimers, logger }),
        ]);
        await store.close();
        process.stdout.write(
          'Stopped. Everything that was accepted is stored, and is counted after the next start.\n',
        );
      },
    };
  } catch (error) {
    // Shown as a message, without the stack that the framework prints for foreign errors.
    throw new serverless.classes.Error(describeStartFailure(error));
  }
}

/** Returns functions that are not deployed but serve commands in the emulator. */
function functionsOfCommands({ custom }: ServerlessService): ServerlessService['functions'] {
  return Object.fromEntries(
    Object.entries(custom?.emulator?.functions ?? {}).map(([functionKey, { handler }]) => {
      return [functionKey, { handler, name: functionKey, events: [] }];
    }),
  );
}

function streamsOf(mappings: readonly StreamMapping[]): Record<string, StreamSettings> {
  return Object.fromEntries(
    mappings.map(({ streamName, partitionCount }) => {
      const consumers = mappings
        .filter((mapping) => mapping.streamName === streamName)
        .map(({ functionKey, settings }) => ({
          name: functionKey,
          startingPosition: settings.startingPosition,
        }));
      return [streamName, { partitionCount, consumers }];
    }),
  );
}

/** Returns the host names that the emulator answers to; the server listens on the address of `--host`. */
function allowedNames(allowedHosts: readonly string[], host: unknown): ReadonlySet<string> {
  return new Set([...allowedHosts, String(host).toLowerCase()]);
}

function baseUrlOf({ host, httpPort, httpsProtocol }: ServerlessOptions): string {
  return `${httpsProtocol ? 'https' : 'http'}://${String(host)}:${String(httpPort)}`;
}
