import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';

/** States in which a job does its work, or will again by itself. */
const active = new Set(['INITIALIZING', 'CREATED', 'RUNNING', 'RESTARTING', 'RECONCILING']);

const overviewSchema = z.object({
  jobs: z.array(z.object({ jid: z.string(), name: z.string(), state: z.string() })),
});
const jobSchema = z.object({
  state: z.string(),
  vertices: z.array(z.object({ status: z.string() })),
});
const clusterSchema = z.object({ 'slots-total': z.int() });
const exceptionsSchema = z.object({
  exceptionHistory: z.object({ entries: z.array(z.object({ stacktrace: z.string() })) }),
});

export interface FlinkJob {
  readonly id: string;
  readonly name: string;
  readonly isActive: boolean;
}

export interface JobToRun {
  /** The path of the jar. */
  readonly jar: string;
  readonly args: readonly string[];
  readonly parallelism: number;
  /** The address of a checkpoint or savepoint; `undefined`: without state. */
  readonly from: string | undefined;
}

/** Thrown when Flink refuses a request; its message has Flink's reason. */
export class FlinkRefused extends Error {
  override name = 'FlinkRefused';
}

/** Thrown when the JobManager does not answer. */
export class FlinkUnreachable extends Error {
  override name = 'FlinkUnreachable';
}

/** The REST interface of a JobManager. */
export class FlinkRest {
  readonly #address: string;

  constructor(address: string) {
    this.#address = address.replace(/\/$/, '');
  }

  /** Number of slots of all TaskManagers. */
  async slots(): Promise<number> {
    return (await this.#ask('/overview', clusterSchema))['slots-total'];
  }

  async jobs(): Promise<readonly FlinkJob[]> {
    const { jobs } = await this.#ask('/jobs/overview', overviewSchema);
    return jobs.map(({ jid, name, state }) => ({ id: jid, name, isActive: active.has(state) }));
  }

  /** Returns the state of a job: `RUNNING` only if all of its tasks run. */
  async stateOf(id: string): Promise<string> {
    const { state, vertices } = await this.#ask(`/jobs/${id}`, jobSchema);
    if (state !== 'RUNNING') return state;
    return vertices.every(({ status }) => status === 'RUNNING') ? 'RUNNING' : 'STARTING';
  }

  /** Returns why a job failed last. */
  async failureOf(id: string): Promise<string | undefined> {
    const { exceptionHistory } = await this.#ask(`/jobs/${id}/exceptions`, exceptionsSchema);
    return exceptionHistory.entries[0]?.stacktrace;
  }

  /**
   * Submits a job; returns its id.
   * @throws FlinkRefused  the jar, the arguments or the checkpoint cannot be used
   */
  async run({ jar, args, parallelism, from }: JobToRun): Promise<string> {
    const form = new FormData();
    form.append('jarfile', new Blob([await readFile(jar)]), basename(jar));
    const { filename } = await this.#ask('/jars/upload', z.object({ filename: z.string() }), {
      method: 'POST',
      body: form,
    });
    const jarId = basename(filename);
    try {
      const { jobid } = await this.#ask(`/jars/${jarId}/run`, z.object({ jobid: z.string() }), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ programArgsList: args, parallelism, savepointPath: from }),
      });
      return jobid;
    } finally {
      await this.#ask(`/jars/${jarId}`, z.unknown(), { method: 'DELETE' });
    }
  }

  /** Cancels a job; its checkpoints stay. */
  async cancel(id: string): Promise<void> {
    await this.#ask(`/jobs/${id}?mode=cancel`, z.unknown(), { method: 'PATCH' });
  }

  async #ask<T>(path: string, schema: z.ZodType<T>, init: RequestInit = {}): Promise<T> {
    const { status, text } = await this.#fetch(path, init);
    if (status >= 300) throw new FlinkRefused(`Flink answered ${status} to ${path}: ${text.slice(0, 3_000)}`);
    return schema.parse(text === '' ? {} : JSON.parse(text));
  }

  async #fetch(path: string, init: RequestInit): Promise<{ readonly status: number; readonly text: string }> {
    let cause: unknown;
    try {
      const signal = AbortSignal.timeout(60_000);
      const response = await fetch(`${this.#address}${path}`, { ...init, signal });
      const text = await response.text();
      if (response.status !== 503) return { status: response.status, text }; // 503: it starts
      cause = new Error(text);
    } catch (error) {
      cause = error;
    }
    const message = `The JobManager at ${this.#address} does not answer. Start it, and run this again.`;
    throw new FlinkUnreachable(message, { cause });
  }
}
