import { httpHandler, type HttpHandler } from '../../http/http.ts';
import type { Answer } from '../../http/respond.ts';
import { routes } from '../../http/routes.ts';
import type { App } from '../../wiring.ts';
import { elasticsearchError, respondElasticsearch } from './answers.ts';

const clusterName = 'log-analytics-pipeline';
/** A version that clients know; they send the same bulk requests to versions 7, 8 and 9. */
const version = '8.19.0';

/**
 * Returns the greeting of Elasticsearch. Beats, Logstash, Vector and the client libraries read the version in it before
 * they send anything, and older libraries compare the tagline. The library for Java refuses a greeting in which a field
 * of the version is missing.
 */
export function greeting(): Answer {
  return respondElasticsearch({
    name: clusterName,
    cluster_name: clusterName,
    cluster_uuid: clusterName,
    version: {
      number: version,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: 'none',
      build_date: '1970-01-01T00:00:00Z',
      build_snapshot: false,
      lucene_version: '9.12.0',
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

/** `GET /_license`: Logstash and Filebeat do not send without an active license. */
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
