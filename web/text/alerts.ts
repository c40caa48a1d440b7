import type { Alert } from '../api/load-alerts.ts';
import { formatCount } from './format.ts';

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
