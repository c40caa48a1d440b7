import type { SharedLink } from '../state/share-link.ts';
import { formatInstant } from './format.ts';

/** Describes the link by which the page reads. */
export function describeLink({ customer, until }: SharedLink, zone: string): string {
  if (customer === undefined || until === undefined) return 'Shared, read-only';
  return `Traffic of ${customer}. Shared, read-only, until ${formatInstant(until, zone)}.`;
}

/** Describes why a link shows nothing any more, and what its reader can do. */
export function describeEnd(
  { until }: SharedLink,
  now: number,
  zone: string,
): { readonly title: string; readonly text: string } {
  if (until !== undefined && until <= now) {
    return {
      title: 'This link has expired',
      text: `It showed this dashboard until ${formatInstant(until, zone)}. Ask whoever sent it for a new one.`,
    };
  }
  return {
    title: 'This link does not work',
    text: 'It is damaged, or its sender ended it. Check that you have the whole link, or ask whoever sent it for a new one.',
  };
}
