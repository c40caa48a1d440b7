import { readdir, readFile } from 'node:fs/promises';
import type { HttpClient } from '../../commands/pipeline-client/http-client.ts';

/** What the emulator needs at a moment. */
export interface Sample {
  readonly residentMegabytes: number;
  /** `NaN` on other systems than Linux. */
  readonly openFiles: number;
  /** By how much timers were late since the sample before, at its 99th percentile. */
  readonly lagMilliseconds: number;
  readonly recordsWaiting: number;
}

/** @param pid  of the emulator: on Linux the system is asked, since its word needs no turn of a busy event loop */
export async function takeSample(pid: number, http: HttpClient): Promise<Sample> {
  const metrics = (await http.request('/metrics')).body.toString();
  const isLinux = process.platform === 'linux';
  return {
    residentMegabytes: isLinux
      ? await residentMegabytes(pid)
      : metric(metrics, 'process_resident_memory_bytes') / 1_048_576,
    openFiles: isLinux ? (await readdir(`/proc/${pid}/fd`)).length : Number.NaN,
    lagMilliseconds: metric(metrics, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
    recordsWaiting: metric(metrics, 'log_analytics_stream_backlog_records'),
  };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** The metric, or its sum over its labels. */
function metric(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
