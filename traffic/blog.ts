import { browsers, feedReaders } from './agents.ts';
import type { Site } from './site.ts';
import { crawler, monitor, scanner } from './uninvited.ts';
import { beginVisit, timesOf, type NextVisit } from './visit.ts';
import { weightedChoice, zipf } from './weighted-choice.ts';

const subjects = [
  'queues',
  'clocks',
  'retries',
  'indexes',
  'backups',
  'caches',
  'locks',
  'logs',
  'leases',
  'sorting',
];
const posts = Array.from({ length: 90 }, (_, n) => {
  const year = 2025 - Math.floor(n / 24);
  return `/posts/${year}/${subjects[n % subjects.length]}-part-${1 + Math.floor(n / subjects.length)}`;
});
const tags = subjects.map((subject) => `/tags/${subject}`);

/** A blog about programming: one post has most of the readers, and many readers are programs themselves. */
export const blog: Site = {
  name: 'blog',
  peakHour: 16,
  visits(random) {
    const post = zipf(posts, random);
    const tag = zipf(tags, random);
    return weightedChoice<NextVisit>(
      [
        [58, reader(post, tag, random)],
        [20, feedReader(random)],
        [14, crawler(post, random)],
        [5, monitor('/', random)],
        [3, scanner(random)],
      ],
      random,
    );
  },
};

function reader(post: () => string, tag: () => string, random: () => number): NextVisit {
  const agent = weightedChoice(browsers, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 35, random);
    request(random() < 0.2 ? '/' : post());
    request('/style.css', { status: random() < 0.5 ? 304 : 200 });
    if (random() < 0.2) request('/favicon.ico', { status: random() < 0.5 ? 304 : 200 });
    for (let pages = timesOf(0, 2, random); pages > 0; pages--) {
      if (random() < 0.15) request(tag());
      else request(post(), { status: random() < 0.985 ? 200 : 404 });
    }
    return visit;
  };
}

function feedReader(random: () => number): NextVisit {
  const agent = weightedChoice(feedReaders, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 0, random);
    request('/feed.xml', { status: random() < 0.7 ? 304 : 200 });
    return visit;
  };
}
