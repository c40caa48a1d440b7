import { browsers } from './agents.ts';
import type { Site } from './site.ts';
import { crawler, monitor, scanner } from './uninvited.ts';
import { beginVisit, timesOf, type NextVisit } from './visit.ts';
import { weightedChoice, zipf } from './weighted-choice.ts';

const categories = ['lamps', 'chairs', 'tables', 'rugs', 'shelves', 'outdoor', 'kids', 'sale'];
const kinds = ['oak', 'linen', 'brass', 'rattan', 'felt', 'marble', 'walnut', 'glass'];
const products = Array.from({ length: 240 }, (_, n) => {
  const [category = '', kind = ''] = [categories[n % categories.length], kinds[(n >> 3) % kinds.length]];
  return `/products/${kind}-${category}-${100 + n}`;
});
const searches = ['lamp', 'oak+table', 'garden+chair', 'rug+200x300', 'gift', 'floor+lamp', 'desk', 'mirror'];
const assets = ['/assets/app.8c1f2.js', '/assets/app.8c1f2.css', '/assets/logo.svg', '/assets/inter.woff2'];

/** A furniture shop: people who look around, some of whom buy. Busiest in the evening. */
export const shop: Site = {
  name: 'shop',
  peakHour: 19,
  visits(random) {
    const product = zipf(products, random);
    const category = zipf(categories, random);
    const page = () => (random() < 0.3 ? `/c/${category()}` : product());
    return weightedChoice<NextVisit>(
      [
        [70, shopper(product, category, random)],
        [16, crawler(page, random)],
        [2, scanner(random)],
        [12, monitor('/', random)],
      ],
      random,
    );
  },
};

function shopper(product: () => string, category: () => string, random: () => number): NextVisit {
  const agent = weightedChoice(browsers, random);
  const search = zipf(searches, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 12, random);
    request(random() < 0.55 ? '/' : product());
    if (random() < 0.3) for (const asset of assets) request(asset, { status: random() < 0.4 ? 304 : 200 });
    for (let pages = timesOf(0, 7, random); pages > 0; pages--) {
      const chance = random();
      if (chance < 0.25) request(`/c/${category()}`);
      else if (chance < 0.4) request(`/search?q=${search()}`);
      else request(product(), { status: statusOf(random()) });
    }
    if (random() < 0.12) {
      request('/cart/items', { method: 'POST', status: 303 });
      request('/cart');
      if (random() < 0.5) {
        request('/checkout');
        request('/checkout', { method: 'POST', status: random() < 0.94 ? 303 : 422 });
      }
    }
    return visit;
  };
}

function statusOf(chance: number): number {
  if (chance < 0.975) return 200;
  if (chance < 0.99) return 404;
  return chance < 0.997 ? 301 : 500;
}
