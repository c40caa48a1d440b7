import { importOffline } from './import-offline.ts';
import type { EmulatorLog, LogWriter } from './serverless.ts';

/**
 * Makes serverless-offline log its `notice` lines at the level `info` (`--verbose`): four lines per request and one
 * per invocation take a fifth of the emulator's time. Warnings and errors stay.
 */
export async function quietPerRequestLines(log: EmulatorLog): Promise<void> {
  const offlineLog = (await importOffline('utils/log.js')) as OfflineLog;
  const info = ifShown(log.info);
  offlineLog.setLogUtils({
    log: {
      notice: info,
      info,
      debug: ifShown(log.debug),
      warning: (...message) => log.warning(...message),
      error: (...message) => log.error(...message),
    },
  });
}

/** The framework prepares also those lines that it does not show: 15 µs per request. */
function ifShown(write: LogWriter): LogWriter {
  return write.isEnabled === false ? () => {} : (...message) => write(...message);
}

interface OfflineLog {
  setLogUtils(this: void, utils: { readonly log: EmulatorLog }): void;
}
