import { crawlers, scanners, uptimeMonitor } from './agents.ts';
import { shuffled } from './seeded-order.ts';
import { beginVisit, timesOf, type NextVisit } from './visit.ts';
import { weightedChoice } from './weighted-choice.ts';

/** Paths that attackers try on every site, whatever software it runs. */
const probes = [
  '/wp-login.php',
  '/.env',
  '/.git/config',
  '/xmlrpc.php',
  '/wp-admin/setup-config.php',
  '/phpmyadmin/index.php',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
  '/actuator/health',
  '/cgi-bin/luci/;stok=/locale',
  '/boaform/admin/formLogin',
  '/server-status',
  '/.aws/credentials',
  '/config.json',
  '/backup.zip',
  '/owa/auth/logon.aspx',
  '/solr/admin/info/system?wt=json',
  '/HNAP1/',
  '/telescope/requests',
  '/?XDEBUG_SESSION_START=phpstorm',
  '/index.php?lang=../../../../../../tmp/',
];

/** Creates scans: requests for many absent paths within seconds. */
export function scanner(random: () => number): NextVisit {
  const agent = weightedChoice(scanners, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 0.3, random);
    for (const path of shuffled(probes, random).slice(0, timesOf(4, probes.length, random))) {
      request(path, { status: path.startsWith('/.') && random() < 0.3 ? 403 : 404 });
    }
    return visit;
  };
}

/**
 * Creates the visits of a crawler: it reads robots.txt, then pages, some of which have not changed and some of which
 * are gone.
 */
export function crawler(nextPage: () => string, random: () => number): NextVisit {
  const agent = weightedChoice(crawlers, random);
  return () => {
    const { request, visit } = beginVisit(agent(), 8, random);
    if (random() < 0.3) request('/robots.txt');
    if (random() < 0.1) request('/sitemap.xml');
    for (let pages = timesOf(1, 15, random); pages > 0; pages--) {
      const chance = random();
      request(nextPage(), { status: chance < 0.72 ? 200 : chance < 0.95 ? 304 : 404 });
    }
    return visit;
  };
}

/** Creates the visits of a monitor that checks whether the site is up. */
export function monitor(path: string, random: () => number): NextVisit {
  return () => {
    const { request, visit } = beginVisit(uptimeMonitor, 0, random);
    request(path, { method: 'HEAD', status: random() < 0.998 ? 200 : 503 });
    return visit;
  };
}
