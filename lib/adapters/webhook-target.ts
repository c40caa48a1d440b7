import { createHmac } from 'node:crypto';
import type { AlertWebhook } from '../config.ts';
import { alertToJson } from '../domain/alerts/alert-json.ts';
import { NotDelivered, type AlertTarget } from '../ports/alert-target.ts';
import type { Clock } from '../ports/clock.ts';

/** An answer takes no longer; a function that sends has minutes. */
const timeoutMilliseconds = 10_000;
/** Answers that refuse this one event, and say nothing about others. */
const refusals = new Set([400, 409, 413, 422]);

/**
 * Creates a target that sends each event as a `POST`, signed as standardwebhooks.com describes if there is a secret. Every
 * status of 200–299 confirms an event. Redirects are not followed, and nothing of an answer but its status is read.
 */
export function createWebhookTarget(
  { url, secret }: AlertWebhook,
  clock: Clock,
  milliseconds = timeoutMilliseconds,
): AlertTarget {
  return {
    name: 'webhook',
    async send(event) {
      const body = JSON.stringify({ formatVersion: 1, ...alertToJson(event) });
      const at = Math.floor(clock.now().getTime() / 1_000);
      const headers = { 'content-type': 'application/json', ...signed(event.id, at, body, secret) };
      let status: number;
      try {
        const signal = AbortSignal.timeout(milliseconds);
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
        ({ status } = response);
        await response.body?.cancel();
      } catch (error) {
        // The error of `fetch` may contain the address, and with it a secret.
        throw new NotDelivered(`The webhook was not reached: ${causeOf(error)}.`, true);
      }
      if (status >= 200 && status <= 299) return;
      const hint = status >= 300 && status <= 399 ? ', and redirects are not followed' : '';
      throw new NotDelivered(`The webhook answered with status ${status}${hint}.`, !refusals.has(status));
    },
  };
}

function signed(id: string, at: number, body: string, secret: string | undefined): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at) };
  if (secret === undefined) return headers;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}

/** Returns the code of what went wrong, or the name of the error. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { cause } = error;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return error.name;
}
