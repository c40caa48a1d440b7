import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { api } from '../../traffic/api.ts';
import { blog } from '../../traffic/blog.ts';
import { shop } from '../../traffic/shop.ts';
import type { Site } from '../../traffic/site.ts';

/** A customer of the demo. */
export interface DemoCustomer {
  readonly id: CustomerId;
  readonly site: Site;
  /** Host that its visitors ask. */
  readonly host: string;
  /** The share of entries, relative to the weights of the other customers. */
  readonly weight: number;
}

const sites: readonly Site[] = [shop, api, blog];
const names = ['lantern', 'orbit', 'juniper', 'harbor', 'quartz', 'meadow', 'copper', 'delta', 'willow'];

/** Returns this many customers, from the largest to the smallest. */
export function demoCustomers(count: number): DemoCustomer[] {
  return Array.from({ length: count }, (_, n) => {
    const site = sites[n % sites.length] ?? shop;
    const round = Math.floor(n / names.length);
    const id = parseCustomerId(`${names[n % names.length]}-${site.name}${round === 0 ? '' : round + 1}`);
    if (id === undefined) throw new Error(`The name of customer ${n} cannot be a customer id.`);
    return { id, site, host: `www.${id}.example`, weight: 1 / (n + 1.5) };
  });
}
