import { httpHandler, type HttpHandler } from '../../http/http.ts';
import type { Answer } from '../../http/respond.ts';
import { routes } from '../../http/routes.ts';
import type { App } from '../../wiring.ts';
import { elasticsearchError, respondElasticsearch } from './answers.ts';

const clusterName = 'log-analytics-pipeline';
/** Clients need one that they know; they send the same bulk requests to all of 7, 8 and 9. */
const version = '8.19.0';

/**
 * The greeting of Elasticsearch: Beats, Logstash, Vector and the client libraries take its version from it before they send
 * anything, and older libraries compare the tagline.
 */
export function greeting(): Answer {
  return respondElasticsearch({
    name: clusterName,
    cluster_name: clusterName,
    cluster_uuid: clusterName,
    version: {
      number: version,
      build_flavor: 'default',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'You Know, for Search',
  });
}

const license = {
  status: 'active',
  uid: '00000000-0000-0000-0000-000000000000',
  type: 'basic',
  mode: 'basic',
};

/** `GET /_license`: Logstash and Filebeat do not send without an active one. */
export function licenseHandler(wired: () => Promise<App>): HttpHandler {
  return answerHandler(wired, routes.readLicense, () => respondElasticsearch({ license }));
}

/** `GET /_xpack`: earlier versions of Beats look for the license here. */
export function xpackHandler(wired: () => Promise<App>): HttpHandler {
  return answerHandler(wired, routes.readXpack, () => respondElasticsearch({ license, features: {} }));
}

/** `GET /_cluster/health`: the health check of Vector. */
export function clusterHealthHandler(wired: () => Promise<App>): HttpHandler {
  return answerHandler(wired, routes.readClusterHealth, () =>
    respondElasticsearch({ cluster_name: clusterName, status: 'green', timed_out: false }),
  );
}

type HandshakeRoute = typeof routes.readLicense | typeof routes.readXpack | typeof routes.readClusterHealth;

function answerHandler(wired: () => Promise<App>, route: HandshakeRoute, answer: () => Answer): HttpHandler {
  return httpHandler(wired, route, async () => answer(), elasticsearchError);
}
