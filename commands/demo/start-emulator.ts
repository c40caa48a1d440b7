import { environmentSchema } from '../../lib/config.ts';
import { spawnEmulator, type EmulatorProcess } from '../emulator/spawn-emulator.ts';

export interface DemoEmulatorSettings {
  readonly dataDirectory: string;
  readonly httpPort: number;
  readonly lambdaPort: number;
  /** Of this process; settings of a pipeline in it are left out, so that the demo is as described. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A pipeline in a process of its own that can be stopped in an orderly way. */
export interface DemoEmulator extends EmulatorProcess {
  /** Has it finish what runs, and kills it where that takes too long. */
  stop(): Promise<void>;
}

const stopMilliseconds = 30_000;

/** Starts the pipeline with the settings that it has by default. */
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
