import { readdir, readFile } from 'node:fs/promises';
import type { HttpClient } from '../../client/http-client.ts';

/** The emulator's use of resources at one moment. */
export interface Sample {
  readonly residentMegabytes: number;
  /**
   * The part that is not backed by a file: it leaves out the pages of the log, which the system can reclaim at any
   * time.
   */
  readonly ownMegabytes: number;
  /** `NaN` on systems other than Linux. */
  readonly openFiles: number;
  /** The 99th percentile of the delay of timers since the last sample. */
  readonly lagMilliseconds: number;
  readonly recordsWaiting: number;
}

/**
 * Takes a sample.
 * @param pid  process of the emulator: on Linux the kernel is asked, because that does not wait for a busy event loop
 */
export async function takeSample(pid: number, http: HttpClient): Promise<Sample> {
  const metrics = (await http.request('/metrics')).body.toString();
  const isLinux = process.platform === 'linux';
  return {
    ...(isLinux ? await memoryOf(pid) : reportedMemory(metrics)),
    openFiles: isLinux ? (await readdir(`/proc/${pid}/fd`)).length : Number.NaN,
    lagMilliseconds: metric(metrics, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
    recordsWaiting: metric(metrics, 'log_analytics_stream_backlog_records'),
  };
}

type Memory = Pick<Sample, 'residentMegabytes' | 'ownMegabytes'>;

async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
  return { residentMegabytes: megabytes('VmRSS'), ownMegabytes: megabytes('RssAnon') };
}

function reportedMemory(metrics: string): Memory {
  const residentMegabytes = metric(metrics, 'process_resident_memory_bytes') / 1_048_576;
  return { residentMegabytes, ownMegabytes: Number.NaN };
}

/** Reads a metric, or its sum over its labels. */
function metric(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
