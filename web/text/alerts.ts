import type { Alert } from '../api/load-alerts.ts';
import type { AlertSpan } from '../figures/alert-spans.ts';
import { formatCount, formatUnit } from './format.ts';

/** Describes an alert, without its time: `Traffic fell to 5 requests; about 100 are usual.` */
export function describeAlert({ kind, isRaised, requests, usual = 0, errors = 0 }: Alert): string {
  const inAll = `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}`;
  const about = `about ${formatCount(Math.round(usual))} are usual`;
  switch (kind) {
    case 'fall':
      return isRaised ? `Traffic fell to ${inAll}; ${about}.` : 'Traffic is as usual again.';
    case 'rise':
      return isRaised ? `Traffic rose to ${inAll}; ${about}.` : 'Traffic is as usual again.';
    case 'errors':
      return isRaised
        ? `${formatCount(errors)} of ${inAll} failed.`
        : 'The share of errors is as usual again.';
    case 'silence':
      return isRaised ? `No request; ${about}.` : 'Requests arrive again.';
    default:
      return isRaised ? `Alert: ${kind}.` : `No longer: ${kind}.`; // of a newer version
  }
}

/** Describes an alert for the part of the time in which it lasted: `Alert from Sun 28 Dec, 18:00: Traffic fell to …`. */
export function describeAlertSpan({ kind, from, raised }: AlertSpan, zone: string): string {
  const text = raised === undefined ? describeKind(kind) : describeAlert(raised);
  return `Alert from ${formatUnit(from, from, 'minute', zone)}: ${text}`;
}

/** Says how many alerts a chart marks; empty if it marks none. */
export function describeMarks(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '1 alert is marked. ' : `${formatCount(count)} alerts are marked. `;
}

/** Describes an alert of which nothing but its kind is known. */
function describeKind(kind: string): string {
  switch (kind) {
    case 'fall':
      return 'Traffic is lower than usual.';
    case 'rise':
      return 'Traffic is higher than usual.';
    case 'errors':
      return 'More requests fail than usual.';
    case 'silence':
      return 'No requests arrive.';
    default:
      return `${kind}.`; // of a newer version
  }
}
