// Limits of the routes and reserved concurrency of the functions, for `serverless.yml`. HTTP APIs have no usage
// plans, so a limit applies to a route, not to a key; docs/explanation/aws.md explains what that means.

/** Routes grouped by who can use up their limits: senders, readers, and everybody. */
const routes = {
  request: [
    'POST /logs',
    'POST /v1/logs',
    'POST /firehose',
    'POST /logpush',
    'POST /_bulk',
    'PUT /_bulk',
    'POST /{index}/_bulk',
    'PUT /{index}/_bulk',
    'POST /loki/api/v1/push',
    'POST /services/collector',
    'POST /services/collector/event',
    'POST /services/collector/event/1.0',
    'POST /services/collector/raw',
    'POST /services/collector/raw/1.0',
  ],
  read: [
    'GET /aggregates',
    'GET /aggregates/total',
    'GET /aggregates/paths',
    'GET /batches/{batchId}',
    'GET /customers',
    'GET /alerts',
    'POST /shares',
  ],
  open: [
    'GET /',
    'HEAD /',
    'GET /assets/{name}',
    'GET /health',
    'GET /.well-known/fastly/logging/challenge',
    'GET /services/collector/health',
    'GET /services/collector/health/1.0',
  ],
};

/** Functions that each get the number of concurrent executions of a parameter. */
const functionsOf = {
  ingestConcurrency: ['ingest', 'protocols'],
  authorizeConcurrency: ['authorize'],
  readConcurrency: ['query', 'total', 'paths'],
  openConcurrency: ['page', 'health', 'fallback'],
};

/**
 * Returns the name that the framework gives a route's resource: `HttpApiRouteGetBatchesBatchidVar` for `GET
 * /batches/{batchId}`, `HttpApiRoutePostBulk` for `POST /_bulk`.
 */
function resourceOf(route) {
  const parts = route
    .toLowerCase()
    .split('/')
    .map((part) =>
      part
        .replace(/-/g, 'Dash')
        .replace(/\{(.*)\}/g, '$1Var')
        .replace(/[^0-9A-Za-z]/g, ''),
    );
  return `HttpApiRoute${parts.map((part) => `${part.slice(0, 1).toUpperCase()}${part.slice(1)}`).join('')}`;
}

module.exports = async ({ resolveVariable }) => {
  async function wholeNumber(name) {
    const value = await resolveVariable(`param:${name}`);
    if (/^\d{1,6}$/.test(String(value))) return Number(value);
    throw new Error(`The parameter ${name} must be a whole number, but is "${value}".`);
  }

  async function throttling(kind) {
    return {
      ThrottlingRateLimit: await wholeNumber(`${kind}Rate`),
      ThrottlingBurstLimit: await wholeNumber(`${kind}Burst`),
    };
  }

  async function reserved() {
    const extensions = {};
    for (const [name, functionKeys] of Object.entries(functionsOf)) {
      if (String(await resolveVariable(`param:${name}`)) === '') continue;
      const properties = { ReservedConcurrentExecutions: await wholeNumber(name) };
      for (const key of functionKeys) {
        const logicalId = `${key[0].toUpperCase()}${key.slice(1)}LambdaFunction`;
        extensions[logicalId] = { Properties: properties };
      }
    }
    return extensions;
  }

  const RouteSettings = {};
  for (const [kind, routeKeys] of Object.entries(routes)) {
    for (const routeKey of routeKeys) RouteSettings[routeKey] = await throttling(kind);
  }
  return {
    extensions: {
      HttpApiStage: {
        // CloudFormation refuses a stage with settings for a route that does not exist yet.
        DependsOn: Object.keys(RouteSettings).map(resourceOf),
        Properties: { DefaultRouteSettings: await throttling('read'), RouteSettings },
      },
      ...(await reserved()),
    },
  };
};
