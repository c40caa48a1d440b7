import type { Detail, DetailDimension } from '../state/detail.ts';

/** Names of what a key is, for headings. */
export const dimensionNames: Readonly<Record<DetailDimension, string>> = {
  path: 'Path',
  agent: 'User agent',
  class: 'Class of agents',
  status: 'Status code',
  referrer: 'Referrer',
  host: 'Host',
  country: 'Country',
};

const classDescriptions: Readonly<Record<string, string>> = {
  browser: 'Browsers, which people use.',
  app: 'Apps and programs that show pages of their own.',
  library: 'HTTP libraries and command-line programs, such as curl.',
  crawler: 'Crawlers of search engines and others.',
  ai: 'Crawlers and agents of language models.',
  monitor: 'Programs that check whether a site answers.',
  scanner: 'Programs that look for weaknesses.',
  other: 'Agents that are in no other class.',
};

const leastErrorStatus = 400;

/** Reports whether requests with this status are counted by path. */
export function isErrorStatus(status: string): boolean {
  return Number(status) >= leastErrorStatus;
}

/** Describes a key in a sentence; `''` if its name says it all. */
export function describeKey({ dimension, key }: Detail): string {
  return dimension === 'class' && Object.hasOwn(classDescriptions, key) ? (classDescriptions[key] ?? '') : '';
}

/** Says what is not counted together with a key, and so cannot be shown. */
export function describeNotCounted({ dimension, key }: Detail): string {
  switch (dimension) {
    case 'path':
      return (
        'Agents, classes of agents, referrers, hosts and countries are not counted by path, so the page cannot say who requested this path. ' +
        'Statuses are counted by path where a request failed (400 and above).'
      );
    case 'status':
      return isErrorStatus(key)
        ? `Agents, classes of agents, referrers, hosts and countries are not counted by status, so the page cannot say who got ${key}.`
        : `Paths are counted by status only where a request failed (400 and above), so the page cannot say which paths answered ${key}. Nothing else is counted by status.`;
    case 'agent':
    case 'class':
    case 'referrer':
    case 'host':
    case 'country':
      return `Paths and statuses are not counted by ${nouns[dimension]}, so the page cannot say which paths these requests were for, or how many of them failed.`;
  }
}

const nouns = {
  agent: 'user agent',
  class: 'class of agents',
  referrer: 'referrer',
  host: 'host',
  country: 'country',
} as const;
