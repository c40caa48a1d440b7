import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { answeringServer } from '../answering-server.ts';
import { jsonLines, runCommand } from '../commands/run-command.ts';
import { Emulator } from './emulator.ts';
import { loading } from './loaded-modules.ts';
import { entry, json, postLogs } from './requests.ts';

const customerId = 'cus-watched';
const hour = 3_600_000;
const week = 7 * 24 * hour;
const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

const rules = {
  formatVersion: 1,
  defaults: { fall: { minRequests: 20, hours: 1 }, rise: 'off', resolveHours: 1 },
};

/** The emulator's clock is half past an hour, so that no hour ends while the test runs; then an hour later. */
const now = Date.now();
const offset = hour / 2 - (now % hour);
const halfPast = now + offset;
const lastHour = halfPast - hour / 2 - hour;

const entriesAt = (instant: number, count: number) =>
  Array.from({ length: count }, () => ({ ...entry, receivedAt: new Date(instant + 60_000).toISOString() }));

/** The same hours of the three weeks before, with a hundred requests each; the first one only begins within its hour. */
const history = [1, 2, 3].flatMap((weeks) =>
  [lastHour, lastHour + hour].flatMap((instant) => entriesAt(instant - weeks * week, 100)),
);

interface AlertAnswer {
  readonly id: string;
  readonly kind: string;
  readonly change: string;
  readonly raisedId?: string;
}

async function answeredAlerts({ http }: Emulator): Promise<readonly AlertAnswer[]> {
  const answer = await http.request('/alerts', { headers: { 'x-customer-id': customerId } });
  return (json(answer) as { alerts: readonly AlertAnswer[] }).alerts;
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(50);
}

it('sends each alert at least once with the same id, though it is killed between the decision and the webhook', async () => {
  let status = 503;
  const webhook = await answeringServer(() => ({ status }));
  const directory = await mkdtemp(join(tmpdir(), 'alert-rules-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const rulesFile = join(directory, 'rules.json');
  await writeFile(rulesFile, JSON.stringify(rules));
  const emulator = new Emulator({
    env: {
      ALLOWED_LATENESS_SECONDS: '0',
      ALERT_RULES: rulesFile,
      ALERT_WEBHOOK_URL: new URL('/hook?token=hidden', webhook.url).href,
      ALERT_WEBHOOK_SECRET: secret,
      CLOCK_OFFSETS: [offset, offset + hour].map((milliseconds) => milliseconds / 1_000).join(','),
    },
  });
  onTestFinished(() => emulator.remove());
  const loaded = (...names: readonly string[]) =>
    loading('hurried-schedule.mjs', 'shifted-clock.mjs', ...names);
  await emulator.start({ ...loaded('crash-at.mjs'), CRASH_AT: 'after put object alerts/state/' });
  const body = [...history, ...entriesAt(lastHour, 5)];
  expect((await postLogs(emulator, { customerId, body })).status).toBe(202);
  await emulator.ended;
  expect(webhook.received).toEqual([]);

  await emulator.start(loaded());
  await until(() => webhook.received.length > 0);
  expect(webhook.received[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  expect((await answeredAlerts(emulator)).map(({ kind, change }) => [kind, change])).toEqual([
    ['fall', 'raised'],
  ]);
  await emulator.crash();
  status = 204;
  const refused = webhook.received.length;
  await emulator.start(loaded());
  await until(() => webhook.received.length > refused);

  const next = { customerId, body: entriesAt(lastHour + hour, 100) };
  expect((await postLogs(emulator, next)).status).toBe(202);
  emulator.signal('SIGUSR2');
  await until(async () => (await answeredAlerts(emulator)).length === 2);
  const [raised, resolved] = await answeredAlerts(emulator);
  expect(resolved).toMatchObject({ kind: 'fall', change: 'resolved', raisedId: raised?.id });
  await until(() => webhook.received.some(({ body }) => body.includes(String(resolved?.id))));

  const sent = webhook.received.map(({ body }) => (JSON.parse(body) as { readonly id: string }).id);
  expect([...new Set(sent)]).toEqual([raised?.id, resolved?.id]);
  expect(emulator.output).not.toContain('hidden');

  await emulator.end();
  const audit = await runCommand(
    'audit',
    '--data-dir',
    emulator.dataDirectory,
    '--pending-seconds',
    '0',
    '--json',
  );
  expect(jsonLines(audit)).toMatchObject([{ kind: 'audited', differences: 0 }]);
});
