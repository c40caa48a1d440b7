// How much each route takes, and what is reserved for which function: `serverless.yml` takes it from here. HTTP APIs
// know no usage plans, so a limit is a route's and not a key's; docs/explanation/aws.md says what that means.

/** The routes by who may use them up: those who send, those who read, and everybody. */
const routes = {
  request: ['POST /logs'],
  read: ['GET /aggregates', 'GET /aggregates/total', 'GET /batches/{batchId}', 'GET /customers'],
  open: ['GET /', 'GET /assets/{name}', 'GET /health'],
};

/** The functions that get a parameter's number of concurrent executions each. */
const functionsOf = {
  ingestConcurrency: ['ingest'],
  authorizeConcurrency: ['authorize'],
  readConcurrency: ['query', 'total'],
  openConcurrency: ['page', 'health', 'fallback'],
};

/** `GET /batches/{batchId}` is the resource `HttpApiRouteGetBatchesBatchidVar`, as the framework names it. */
function resourceOf(route) {
  const words = route
    .toLowerCase()
    .replace(/\{(\w+)\}/g, '$1 var')
    .match(/\w+/g);
  return `HttpApiRoute${words.map((word) => `${word[0].toUpperCase()}${word.slice(1)}`).join('')}`;
}

module.exports = async ({ resolveVariable }) => {
  async function wholeNumber(name) {
    const value = await resolveVariable(`param:${name}`);
    if (/^\d{1,6}$/.test(String(value))) return Number(value);
    throw new Error(`The parameter ${name} must be a whole number, and is "${value}".`);
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
        // The stage is refused while a route that it has settings for is not there.
        DependsOn: Object.keys(RouteSettings).map(resourceOf),
        Properties: { DefaultRouteSettings: await throttling('read'), RouteSettings },
      },
      ...(await reserved()),
    },
  };
};
