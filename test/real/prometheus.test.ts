import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { useEmulator } from '../e2e/emulator.ts';
import { freePorts } from '../e2e/free-ports.ts';
import { postLogs } from '../e2e/requests.ts';

const monitoring = fileURLToPath(new URL('../../docs/how-to/monitoring/', import.meta.url));
const emulator = useEmulator();
const entry = { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.7.1' };

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});
const dashboardSchema = z.object({
  panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
});

async function promtool(args: readonly string[], input = ''): Promise<string> {
  const running = promisify(execFile)('promtool', [...args]);
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

describe('Prometheus', () => {
  let directory: string;
  let http: HttpClient;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    await postLogs(emulator, { customerId: 'cus-axon', body: [entry, entry] });
    directory = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const example = await readFile(join(monitoring, 'prometheus.yml'), 'utf8');
    const config = example
      .replace('localhost:3000', emulator.baseUrl.host)
      .replace('scrape_interval: 15s', 'scrape_interval: 1s')
      .replace('rules.yml', join(monitoring, 'rules.yml'));
    await writeFile(join(directory, 'prometheus.yml'), config);
    const [port = 0] = await freePorts(1);
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    http = createHttpClient(new URL(`http://127.0.0.1:${port}`), 4);
    stop = async () => {
      http.close();
      prometheus.kill('SIGTERM');
      await once(prometheus, 'exit');
      await rm(directory, { recursive: true });
    };
    while ((await query('up{job="log-analytics"}'))[0] !== 1) await setTimeout(200);
  });
  afterAll(() => stop());

  /** Returns the current values of a query; empty while Prometheus does not answer yet. */
  async function query(expression: string): Promise<number[]> {
    const path = `/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`;
    const answer = await http.request(path).catch(() => undefined);
    if (answer?.status === 503 || answer === undefined) return [];
    const { data } = answerSchema.parse(JSON.parse(answer.body.toString()));
    return data.result.map(({ value: [, number] }) => Number(number));
  }

  it('accepts the names, types and labels of the metrics', async () => {
    const { body } = await emulator.http.request('/metrics');
    const ours = body
      .toString()
      .split('\n')
      .filter((line) => line.includes('log_analytics_'));
    expect(await promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toBe('');
  });

  it('accepts the example configuration, its rules, and those of the cluster form', async () => {
    expect(await promtool(['check', 'config', join(monitoring, 'prometheus.yml')])).toContain('SUCCESS');
    expect(await promtool(['check', 'rules', join(monitoring, 'cluster-rules.yml')])).toContain('SUCCESS');
  });

  it('scrapes what was counted', async () => {
    await expect.poll(() => query('log_analytics_entries_ingested_total')).toEqual([2]);
    await expect.poll(() => query('sum(log_analytics_partials_consumed_total)')).toEqual([1]);
  });

  it('evaluates every query of the Grafana dashboard, each on metrics that exist', async () => {
    const file = await readFile(join(monitoring, 'grafana-dashboard.json'), 'utf8');
    const { panels } = dashboardSchema.parse(JSON.parse(file));
    const { body } = await emulator.http.request('/metrics');
    const exposed = body.toString();
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        await query(expr.replaceAll('$__rate_interval', '1m'));
        for (const [name] of expr.matchAll(/(?:log_analytics|nodejs|process)_\w+/g)) {
          expect({
            title,
            name,
            isThere: exposed.includes(`\n# TYPE ${name.replace(/_bucket$/, '')} `),
          }).toEqual({
            title,
            name,
            isThere: true,
          });
        }
      }
    }
  });
});
