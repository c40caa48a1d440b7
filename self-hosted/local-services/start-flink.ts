import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlinkRest, FlinkUnreachable } from '../flink/flink-rest.ts';
import { flinkConfiguration, type FlinkPorts } from './flink-configuration.ts';
import { flinkJvmOptions } from './flink-jvm.ts';
import { installedPrograms, requireInstalled } from './installed-programs.ts';
import { createLocalServer, type LocalServer } from './local-server.ts';

export interface FlinkOptions {
  /** Holds configuration, checkpoints and logs. */
  readonly directory: string;
  /** It takes four ports from here on. */
  readonly firstPort: number;
  readonly slots: number;
}

/** A Flink on this machine: a JobManager and a TaskManager. */
export interface LocalFlink {
  readonly rest: FlinkRest;
  readonly restUrl: string;
  readonly jobManager: LocalServer;
  readonly taskManager: LocalServer;
  /** The directory of checkpoints. */
  readonly checkpoints: string;
  /** Starts both, if they do not run, and resolves when there are slots. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const logConfiguration = fileURLToPath(new URL('flink-log.xml', import.meta.url));
const mainClasses = {
  jobManager: 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint',
  taskManager: 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner',
} as const;

/**
 * Prepares a Flink without starting it.
 * @throws Error  Flink is not installed
 */
export async function prepareFlink({ directory, firstPort, slots }: FlinkOptions): Promise<LocalFlink> {
  requireInstalled(installedPrograms.flinkLibraries, '--flink');
  const home = join(directory, 'flink');
  const checkpoints = join(home, 'checkpoints');
  const configuration = join(home, 'conf');
  await mkdir(checkpoints, { recursive: true });
  await mkdir(configuration, { recursive: true });
  const ports: FlinkPorts = {
    rest: firstPort,
    rpc: firstPort + 1,
    jobManagerMetrics: firstPort + 2,
    taskManagerMetrics: firstPort + 3,
  };
  await writeFile(join(configuration, 'config.yaml'), flinkConfiguration(ports, checkpoints, slots));
  const rest = new FlinkRest(`http://127.0.0.1:${ports.rest}`);
  const server = (
    name: string,
    mainClass: string,
    memory: readonly string[],
    isReady: () => Promise<boolean>,
  ): LocalServer =>
    createLocalServer({
      name,
      command: 'java',
      args: [
        ...flinkJvmOptions,
        ...memory,
        '-XX:+UseSerialGC',
        `-Dlog4j2.configurationFile=file:${logConfiguration}`,
        '-cp',
        `${installedPrograms.flinkLibraries}/*`,
        mainClass,
        '--configDir',
        configuration,
      ],
      env: {
        FLINK_CONF_DIR: configuration,
        FLINK_LIB_DIR: installedPrograms.flinkLibraries,
        FLINK_PLUGINS_DIR: installedPrograms.flinkPlugins,
      },
      logFile: join(home, `${name}.log`),
      isReady,
      maxStartMilliseconds: 180_000,
    });
  const jobManager = server(
    'JobManager',
    mainClasses.jobManager,
    ['-Xmx256m', '-Xms64m', '-XX:MaxMetaspaceSize=192m'],
    () => answers(async () => (await rest.jobs()).length >= 0),
  );
  const taskManager = server(
    'TaskManager',
    mainClasses.taskManager,
    ['-Xmx256m', '-Xms64m', '-XX:MaxMetaspaceSize=128m', '-XX:MaxDirectMemorySize=96m'],
    () => answers(async () => (await rest.slots()) >= slots),
  );
  return {
    rest,
    restUrl: `http://127.0.0.1:${ports.rest}`,
    jobManager,
    taskManager,
    checkpoints,
    async start() {
      await jobManager.start();
      await taskManager.start();
    },
    async stop() {
      await taskManager.stop();
      await jobManager.stop();
    },
  };
}

/** Reports whether the JobManager answers a question, with yes if it can be answered so. */
async function answers(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof FlinkUnreachable)) throw error;
    return false; // it is not ready yet
  }
}
