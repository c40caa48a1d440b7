import { environmentSchema } from '../../lib/environment-schema.ts';
import { spawnEmulator, type EmulatorProcess } from '../emulator/spawn-emulator.ts';

export interface DemoEmulatorSettings {
  readonly dataDirectory: string;
  readonly httpPort: number;
  readonly lambdaPort: number;
  /** The environment of this process. Pipeline settings in it are left out, so that the demo runs as documented. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A pipeline in its own process that can be stopped cleanly. */
export interface DemoEmulator extends EmulatorProcess {
  /** Lets it finish its work, and kills it if that takes too long. */
  stop(): Promise<void>;
}

const stopMilliseconds = 30_000;

/** Starts the pipeline with its default settings. */
export function startEmulator(settings: DemoEmulatorSettings): DemoEmulator {
  const { dataDirectory, httpPort, lambdaPort, environment } = settings;
  const names = new Set(Object.keys(environmentSchema.shape));
  const others = Object.entries(environment).filter(([name]) => !names.has(name));
  const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
  const emulator = spawnEmulator({
    args: ['offline', 'start', ...ports],
    env: { ...Object.fromEntries(others), DATA_DIR: dataDirectory, LOG_LEVEL: 'warn' },
  });
  return {
    ...emulator,
    async stop() {
      const impatience = setTimeout(() => emulator.kill('SIGKILL'), stopMilliseconds);
      emulator.kill('SIGINT');
      await emulator.ended;
      clearTimeout(impatience);
    },
  };
}
