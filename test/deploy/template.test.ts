/** One file in spite of its length: packaging the service takes seconds, and all of these tests share two packages. */
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { prodSetup } from '../../commands/cost/workload.ts';
import { authorizerSeconds } from '../../handlers/http/caller.ts';
import { authorizeLimits } from '../../lib/pipeline/authorize/authorize.ts';
import { lookupsFailed } from '../../lib/pipeline/authorize/remembered-lookups.ts';
import { deployedNames } from '../../commands/deployed-names.ts';
import { loadBundle } from './load-bundle.ts';
import { packageService, type CompiledResource, type Package } from './compiled-template.ts';

let service: Package;
/** With all parameters that change the template, in one: packaging takes seconds. */
let changed: Package;
const changes = [
  'ingestConcurrency=40',
  'authorizeConcurrency=10',
  'readConcurrency=20',
  'openConcurrency=5',
  'acceptOldKeys=false',
  'streamMode=ON_DEMAND',
];
beforeAll(async () => {
  changed = await packageService('dev', ...changes.map((each) => `--param=${each}`));
  service = await packageService('prod'); // the last: its bundles are loaded below
});

function resourcesOf(type: string): [logicalId: string, resource: CompiledResource][] {
  return Object.entries(service.resources).filter(([, { Type }]) => Type === type);
}

const statementSchema = z.object({
  Effect: z.string(),
  Condition: z.unknown().optional(),
  Action: z.union([z.string(), z.array(z.string())]).transform((action) => [action].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat()),
});
const roleSchema = z.object({
  Policies: z.array(
    z.object({ PolicyName: z.string(), PolicyDocument: z.object({ Statement: z.array(statementSchema) }) }),
  ),
});

function rightsOf(role: CompiledResource) {
  return roleSchema.parse(role.Properties).Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('functions', () => {
  const environmentSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });
  const functionSchema = z.object({
    Handler: z.string(),
    Runtime: z.string(),
    Architectures: z.array(z.string()),
    Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
    Environment: environmentSchema,
  });

  it('run on AWS storage, each with a role of its own', () => {
    const functions = resourcesOf('AWS::Lambda::Function');
    expect(functions.length).toBeGreaterThan(10);
    for (const [logicalId, { Properties }] of functions) {
      const { Role, Runtime, Architectures, Environment } = functionSchema.parse(Properties);
      const name = logicalId.replace(/LambdaFunction$/, '');
      expect(Role).toEqual({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] });
      expect({ Runtime, Architectures }).toEqual({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(Environment.Variables).toMatchObject({ STORAGE: 'aws', BUCKET_NAME: { Ref: 'LogBucket' } });
    }
  });

  /** One has the dashboard, the others the readers of logs. */
  const largeBundles = new Set(['page', 'ingest', 'protocols']);

  it('have bundles below their size limits, without any part of the local store', () => {
    for (const [functionKey, bytes] of service.bundleBytes) {
      const bound = largeBundles.has(functionKey) ? 420_000 : 350_000;
      expect({ functionKey, isSmall: bytes < bound }).toEqual({ functionKey, isSmall: true });
    }
    for (const [functionKey, code] of service.bundles) {
      for (const local of ['lmdb', 'fs-native-extensions', 'serverless-offline']) {
        expect({ functionKey, has: code.includes(`require("${local}")`) ? local : '' }).toEqual({
          functionKey,
          has: '',
        });
      }
    }
  });

  it('are wired while they are loaded, with the clients that they need and no others', () => {
    const storage = ['client-cloudwatch', 'client-kinesis', 'client-s3'];
    expect(loadBundle('ingest', { STORAGE: 'aws' })).toEqual({ handler: 'function', clients: storage });
    expect(loadBundle('authorize', { STORAGE: 'aws' })).toEqual({
      handler: 'function',
      clients: ['client-s3', 'client-ssm'],
    });
  });

  it('load even if they cannot be wired, so that an invocation reports the reason', () => {
    const environment = { STORAGE: 'aws', MAX_BATCH_BYTES: 'many' };
    expect(loadBundle('ingest', environment)).toEqual({ handler: 'function', clients: [] });
  });

  it('keep their logs for a while and not forever', () => {
    const groups = resourcesOf('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThanOrEqual(resourcesOf('AWS::Lambda::Function').length);
    for (const [, { Properties }] of groups) expect(Properties['RetentionInDays']).toBe(90);
  });
});

describe('roles', () => {
  it('allow no wildcard of actions, and all resources only where AWS cannot restrict them', () => {
    const roles = resourcesOf('AWS::IAM::Role');
    expect(roles.length).toBe(resourcesOf('AWS::Lambda::Function').length);
    for (const [logicalId, role] of roles) {
      for (const { Action, Resource } of rightsOf(role)) {
        expect({ logicalId, wild: Action.filter((action) => action.includes('*')) }).toEqual({
          logicalId,
          wild: [],
        });
        if (Resource.includes('*')) expect(Action).toEqual(['cloudwatch:GetMetricData']);
      }
    }
  });

  it('let only the authorizer read keys, and decrypt one parameter', () => {
    const parametersOf = (functionKey: string) =>
      rightsOf(service.resources[`${functionKey}Role`] ?? expect.fail(functionKey))
        .filter(({ Action }) => Action.some((action) => /^(?:ssm|kms):/.test(action)))
        .map(({ Action, Resource, Condition }) => [Action, JSON.stringify([Resource, Condition])] as const);
    const [read, decrypt, ...others] = parametersOf('Authorize');
    expect(others).toEqual([]);
    expect(read?.[0]).toEqual(['ssm:GetParameter']);
    expect(read?.[1]).toContain('/prod/api-keys/*');
    expect(decrypt?.[0]).toEqual(['kms:Decrypt']);
    expect(decrypt?.[1]).toContain('"kms:EncryptionContext:PARAMETER_ARN"');
    expect(decrypt?.[1]).toContain('/prod/api-keys-secret');
    for (const functionKey of ['Ingest', 'Query', 'Fallback', 'Page'])
      expect(parametersOf(functionKey)).toEqual([]);
  });

  function canWrite(functionKey: string): string[] {
    const role = service.resources[`${functionKey}Role`];
    if (role === undefined) throw new Error(`There is no role of ${functionKey}.`);
    return rightsOf(role)
      .filter(({ Action }) => Action.includes('s3:PutObject'))
      .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
  }

  it('let each function write only its own prefixes', () => {
    expect(canWrite('Ingest')).toEqual(['{"Fn::Sub":"${LogBucket.Arn}/batches/*"}']);
    expect(canWrite('RollUp')).toEqual([
      '{"Fn::Sub":"${LogBucket.Arn}/aggregates/hour/*"}',
      '{"Fn::Sub":"${LogBucket.Arn}/aggregates/day/*"}',
      '{"Fn::Sub":"${LogBucket.Arn}/customers/*"}',
    ]);
    expect(canWrite('Expire')).toEqual([
      '{"Fn::Sub":"${LogBucket.Arn}/retention/*"}',
      '{"Fn::Sub":"${LogBucket.Arn}/customers/*"}',
      '{"Fn::Sub":"${LogBucket.Arn}/migrations/customers"}',
    ]);
    expect(canWrite('Authorize')).toEqual(['{"Fn::Sub":"${LogBucket.Arn}/api-keys/*"}']);
    for (const reader of ['Query', 'Total', 'Customers', 'Batch', 'Verify', 'Fallback', 'Metrics']) {
      expect({ reader, writes: canWrite(reader) }).toEqual({ reader, writes: [] });
    }
  });
});

it('lets functions that read counts find out what is missing from them', () => {
  for (const functionKey of ['Query', 'Total']) {
    const role = service.resources[`${functionKey}Role`];
    const rights = role === undefined ? [] : rightsOf(role);
    const objects = rights.find(({ Action }) => Action.includes('s3:GetObject'))?.Resource;
    expect(objects).toEqual(
      ['aggregates/*', 'failed/*', 'aws/lambda/*', 'retention/horizon'].map((prefix) => ({
        'Fn::Sub': `\${LogBucket.Arn}/${prefix}`,
      })),
    );
    expect(rights.flatMap(({ Action }) => Action)).toEqual(
      expect.arrayContaining(['s3:ListBucket', 'cloudwatch:GetMetricData']),
    );
    const { Variables } = environmentSchema.parse(
      service.resources[`${functionKey}LambdaFunction`]?.Properties['Environment'],
    );
    expect(Variables).toMatchObject({
      ROLL_UP_QUEUE_NAME: deployedNames('prod').rollUpQueueName,
      FAILED_ROLL_UPS_QUEUE_NAME: deployedNames('prod').failedRollUpsQueueName,
      ROLL_UP_CONSUMER_NAME: deployedNames('prod').rollUpConsumerName,
      METRICS_NAMESPACE: deployedNames('prod').metricsNamespace,
    });
  }
});

const environmentSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });

describe('the HTTP API', () => {
  const throttlingSchema = z.object({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() });
  const stageSchema = z.object({
    DefaultRouteSettings: throttlingSchema,
    RouteSettings: z.record(z.string(), throttlingSchema),
  });

  const routeSchema = z.object({ RouteKey: z.string(), AuthorizationType: z.string().optional() });

  it('asks for an API key on every route but health and the page', () => {
    const routes = resourcesOf('AWS::ApiGatewayV2::Route').map(([, { Properties }]) =>
      routeSchema.parse(Properties),
    );
    const open = routes
      .filter(({ AuthorizationType }) => AuthorizationType !== 'CUSTOM')
      .map(({ RouteKey }) => RouteKey);
    expect(open.filter((key) => !['GET /health', 'GET /', 'GET /assets/{name}'].includes(key))).toEqual([]);
    expect(routes.map(({ RouteKey }) => RouteKey)).toEqual(
      expect.arrayContaining(['POST /logs', '$default']),
    );
  });

  it('throttles each route, by its group: senders, readers, and routes that need no key', () => {
    const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
    const settings = stageSchema.parse(stage?.Properties);
    const rates = Object.entries(settings.RouteSettings).map(
      ([route, { ThrottlingRateLimit, ThrottlingBurstLimit }]) =>
        `${route} ${ThrottlingRateLimit} ${ThrottlingBurstLimit}`,
    );
    expect(rates).toEqual([
      'POST /logs 2000 4000',
      'POST /v1/logs 2000 4000',
      'POST /firehose 2000 4000',
      'POST /logpush 2000 4000',
      'GET /aggregates 300 600',
      'GET /aggregates/total 300 600',
      'GET /batches/{batchId} 300 600',
      'GET /customers 300 600',
      'GET / 50 100',
      'GET /assets/{name} 50 100',
      'GET /health 50 100',
    ]);
    expect(settings.DefaultRouteSettings.ThrottlingRateLimit).toBe(300);
  });

  it('creates its routes before its stage, which has settings for them', () => {
    const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
    const { RouteSettings } = stageSchema.parse(stage?.Properties);
    const earlier = new Set(
      [stage?.DependsOn ?? []]
        .flat()
        .map((logicalId) => service.resources[logicalId]?.Properties['RouteKey']),
    );
    expect(Object.keys(RouteSettings).filter((route) => !earlier.has(route))).toEqual([]);
  });

  it("logs the key, the route and the time of each request, and caches a key's customer for a minute", () => {
    const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
    expect(JSON.stringify(stage?.Properties['AccessLogSettings'])).toContain('$context.authorizer.keyId');
    expect(JSON.stringify(stage?.Properties['AccessLogSettings'])).toContain(
      '$context.authorizer.customerId',
    );
    const authorizers = resourcesOf('AWS::ApiGatewayV2::Authorizer').map(([, { Properties }]) => Properties);
    const of = (header: string) => ({
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: authorizerSeconds,
      IdentitySource: [`$request.header.${header}`],
    });
    expect(authorizers).toMatchObject([of('authorization'), of('x-amz-firehose-access-key')]);
  });
});

describe('concurrency', () => {
  const reservedOf = ({ resources }: Package) =>
    Object.fromEntries(
      Object.entries(resources)
        .filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties)
        .map(([logicalId, { Properties }]) => [logicalId, Properties['ReservedConcurrentExecutions']]),
    );

  it('is not reserved by default: a small account could not be deployed to', () => {
    expect(reservedOf(service)).toEqual({});
  });

  it('is reserved for senders, and limits what anybody can call', () => {
    expect(reservedOf(changed)).toEqual({
      IngestLambdaFunction: 40,
      ProtocolsLambdaFunction: 40,
      AuthorizeLambdaFunction: 10,
      QueryLambdaFunction: 20,
      TotalLambdaFunction: 20,
      PageLambdaFunction: 5,
      HealthLambdaFunction: 5,
      FallbackLambdaFunction: 5,
    });
  });

  it.each(['ingestConcurrency=many', 'requestRate=-1'])('is not packaged with %s', async (parameter) => {
    const failure: unknown = await packageService('dev', `--param=${parameter}`).catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify(failure)).toContain('must be a whole number');
  });
});

describe('API keys', () => {
  it('of the old form are accepted until that is switched off', () => {
    const accepts = ({ resources }: Package) =>
      JSON.stringify(resources['AuthorizeLambdaFunction']?.Properties['Environment']);
    expect(accepts(service)).toContain('"ACCEPT_OLD_API_KEYS":"true"');
    expect(accepts(changed)).toContain('"ACCEPT_OLD_API_KEYS":"false"');
  });

  it('that are revoked are refused within five minutes, by the gateway and the authorizer together', () => {
    expect(authorizerSeconds + authorizeLimits.memory.freshSeconds).toBeLessThanOrEqual(300);
  });
});

const bucketPolicySchema = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });

describe('the bucket', () => {
  it('is private, encrypted, and outlives the stack', () => {
    const bucket = service.resources['LogBucket'];
    expect(bucket?.Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(JSON.stringify(bucket?.Properties['BucketEncryption'])).toContain('AES256');
    expect(bucket?.DeletionPolicy).toBe('Retain');
  });

  const lifecycleSchema = z.object({
    Rules: z.array(
      z.object({ Prefix: z.string().optional(), ExpirationInDays: z.coerce.number().optional() }),
    ),
  });

  it('lets raw batches and failed records expire, and never windows', () => {
    const lifecycle = service.resources['LogBucket']?.Properties['LifecycleConfiguration'];
    const rules = lifecycleSchema.parse(lifecycle).Rules;
    expect(rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined)).toEqual([
      { Prefix: 'batches/', ExpirationInDays: 365 },
      { Prefix: 'failed/', ExpirationInDays: 365 },
      { Prefix: 'aws/lambda/', ExpirationInDays: 365 },
    ]);
  });

  it('lets `expire` delete windows, and other functions only objects of forgotten customers', () => {
    const mayDelete = resourcesOf('AWS::IAM::Role').flatMap(([logicalId, role]) =>
      rightsOf(role)
        .filter(({ Action }) => Action.some((action) => action.startsWith('s3:Delete')))
        .map(({ Action, Resource }) => {
          expect(Action).toEqual(['s3:DeleteObject']);
          return [logicalId, JSON.stringify(Resource).match(/(?<=LogBucket.Arn}.)[\w/*-]+/g)] as const;
        }),
    );
    expect(Object.fromEntries(mayDelete)).toEqual({
      ExpireRole: ['aggregates/*', 'customers/*'],
      AggregateRole: ['aggregates/minute/*', 'failed/*'],
      AggregateLateRole: ['aggregates/minute/*', 'failed/*'],
      VerifyRole: ['batches/*'],
      RollUpRole: ['aggregates/hour/*', 'aggregates/day/*', 'customers/*'],
    });
    const [[, schedule] = []] = resourcesOf('AWS::Events::Rule');
    expect(schedule?.Properties).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
  });

  it('lets every function that stores batches or writes windows read tombstones', () => {
    const may = (name: string, key: string) =>
      resourcesOf('AWS::IAM::Role').some(
        ([logicalId, role]) =>
          logicalId === `${name}Role` &&
          rightsOf(role).some(
            ({ Action, Resource }) =>
              Action.includes('s3:GetObject') && JSON.stringify(Resource).includes(key),
          ),
      );
    const names = ['Ingest', 'Aggregate', 'AggregateLate', 'Verify', 'RollUp', 'Expire'];
    expect(names.filter((name) => !may(name, '/forgotten/*'))).toEqual([]);
    expect(may('Query', '/forgotten/*')).toBe(false);
  });

  it('lets every function that reads or writes windows read the horizon', () => {
    for (const name of [
      'Ingest',
      'Aggregate',
      'AggregateLate',
      'Verify',
      'RollUp',
      'Query',
      'Total',
      'Batch',
      'Customers',
    ]) {
      const role = service.resources[`${name}Role`];
      const readable = (role === undefined ? [] : rightsOf(role))
        .filter(({ Action }) => Action.includes('s3:GetObject'))
        .flatMap(({ Resource }) => Resource.map((resource) => JSON.stringify(resource)));
      expect({ name, readable }).toEqual({
        name,
        readable: expect.arrayContaining(['{"Fn::Sub":"${LogBucket.Arn}/retention/horizon"}']) as unknown,
      });
    }
  });

  it('refuses writes without a condition, and requests without TLS', () => {
    const policy = JSON.stringify(service.resources['LogBucketPolicy']?.Properties);
    expect(policy).toContain('"Null":{"s3:if-none-match":"true","s3:if-match":"true"}');
    expect(policy).toContain('"aws:SecureTransport":"false"');
  });

  it('lets only the authorizer write copies of API keys', () => {
    const { PolicyDocument } = bucketPolicySchema.parse(service.resources['LogBucketPolicy']?.Properties);
    const statement = PolicyDocument.Statement.find(({ Resource }) =>
      JSON.stringify(Resource).includes('/api-keys/*'),
    );
    expect(statement).toMatchObject({
      Effect: 'Deny',
      Action: ['s3:PutObject'],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': { 'Fn::GetAtt': ['AuthorizeRole', 'Arn'] } } },
    });
  });

  it('protects the log of changes of API keys', () => {
    const { PolicyDocument } = bucketPolicySchema.parse(service.resources['LogBucketPolicy']?.Properties);
    const denied = PolicyDocument.Statement.filter(({ Resource }) =>
      JSON.stringify(Resource).includes('/audit-log/*'),
    ).map(({ Action, Condition }) => [Action, JSON.stringify(Condition)]);
    expect(denied).toContainEqual([['s3:DeleteObject', 's3:DeleteObjectVersion'], undefined]);
    expect(denied).toContainEqual([['s3:PutObject'], '{"Null":{"s3:if-none-match":"true"}}']);
  });
});

describe('a failure', () => {
  const mappingSchema = z.object({
    EventSourceArn: z.unknown(),
    FunctionResponseTypes: z.array(z.string()),
    DestinationConfig: z.unknown().optional(),
  });

  it('has a destination: every stream an on-failure destination, every queue of work a dead-letter queue', () => {
    for (const [logicalId, { Properties }] of resourcesOf('AWS::Lambda::EventSourceMapping')) {
      const mapping = mappingSchema.parse(Properties);
      expect({ logicalId, types: mapping.FunctionResponseTypes }).toEqual({
        logicalId,
        types: ['ReportBatchItemFailures'],
      });
      const source = JSON.stringify(mapping.EventSourceArn);
      if (source.includes('Stream')) expect(JSON.stringify(mapping.DestinationConfig)).toContain('LogBucket');
      else
        expect(service.resources[/"(\w+Queue)"/.exec(source)?.[1] ?? '']?.Properties).toHaveProperty(
          'RedrivePolicy',
        );
    }
  });

  it('raises an alarm that reaches the topic', () => {
    const alarms = resourcesOf('AWS::CloudWatch::Alarm');
    for (const [logicalId, { Properties }] of alarms) {
      expect({ logicalId, actions: Properties['AlarmActions'] }).toEqual({
        logicalId,
        actions: [{ Ref: 'AlarmTopic' }],
      });
    }
    const watched = alarms.map(([, { Properties }]) => String(Properties['MetricName']));
    for (const metric of [
      'Errors',
      'Throttles',
      'IteratorAge',
      'ApproximateNumberOfMessagesVisible',
      'ApproximateAgeOfOldestMessage',
      '5xx',
      'log_analytics_batches_overdue_total',
    ]) {
      expect(watched).toContain(metric);
    }
  });

  it('raises an alarm when API keys cannot be looked up, by the words of the log', () => {
    const filter = service.resources['ApiKeyLookupsFailed'];
    const pattern = /^\{ \$\.message = "(.*)\*" \}$/.exec(String(filter?.Properties['FilterPattern']));
    expect(lookupsFailed.startsWith(pattern?.[1] ?? expect.fail('no pattern'))).toBe(true);
    expect(filter?.Properties['LogGroupName']).toEqual({ Ref: 'AuthorizeLogGroup' });
    expect(service.resources['AuthorizeLogGroup']?.Type).toBe('AWS::Logs::LogGroup');
    expect(service.resources['ApiKeysLookupsAlarm']?.Properties['MetricName']).toBe(
      'log_analytics_api_key_lookups_failed',
    );
  });

  it('gives messages six times as long as their function may run', () => {
    const timeout = (logicalId: string) => Number(service.resources[logicalId]?.Properties['Timeout']);
    const visibility = (logicalId: string) =>
      Number(service.resources[logicalId]?.Properties['VisibilityTimeout']);
    expect(visibility('VerifyQueue')).toBeGreaterThanOrEqual(6 * timeout('VerifyLambdaFunction'));
    expect(visibility('RollUpQueue')).toBeGreaterThanOrEqual(6 * timeout('RollUpLambdaFunction'));
  });
});

const redriveSchema = z.object({
  RedrivePolicy: z.object({
    maxReceiveCount: z.int().min(1).max(1_000), // the retention time of SQS
    deadLetterTargetArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  }),
});

it('names things as the commands expect', () => {
  const property = (logicalId: string, name: string) => service.resources[logicalId]?.Properties[name];
  const names = deployedNames('prod');
  expect(names).toMatchObject({
    insightStreamName: property('InsightStream', 'Name'),
    lateStreamName: property('LateStream', 'Name'),
    insightConsumerName: property('AggregateLambdaFunction', 'FunctionName'),
    lateConsumerName: property('AggregateLateLambdaFunction', 'FunctionName'),
    rollUpQueueName: property('RollUpQueue', 'QueueName'),
    failedRollUpsQueueName: property('FailedRollUps', 'QueueName'),
    rollUpConsumerName: property('RollUpLambdaFunction', 'FunctionName'),
  });
  const sources = ['VerifyQueue', 'RollUpQueue'].map((logicalId) => {
    const { RedrivePolicy } = redriveSchema.parse(service.resources[logicalId]?.Properties);
    const [deadLetters] = RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'];
    return { name: property(deadLetters, 'QueueName'), source: property(logicalId, 'QueueName') };
  });
  expect(names.deadLetterQueues).toEqual([
    ...sources,
    { name: property('FailedRecords', 'QueueName'), source: undefined },
  ]);
  const bucketName = names.bucketName('${AWS::AccountId}', '${AWS::Region}');
  expect(property('LogBucket', 'BucketName')).toEqual({ 'Fn::Sub': bucketName });
});

it('can have its streams on demand', () => {
  const { resources } = changed;
  for (const logicalId of ['InsightStream', 'LateStream']) {
    const properties = resources[logicalId]?.Properties;
    expect(properties).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(properties).not.toHaveProperty('ShardCount');
  }
});

it('has the values that `npm run cost` assumes', () => {
  const numbers = (type: string, property: string) =>
    resourcesOf(type).map(([, { Properties }]) => Number(Properties[property]));
  const mappings = new Map(
    resourcesOf('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => [
      /"Fn::GetAtt":\["(\w+)LambdaFunction"/.exec(JSON.stringify(Properties['FunctionName']))?.[1],
      Properties['MaximumBatchingWindowInSeconds'],
    ]),
  );
  const lifecycle = JSON.stringify(service.resources['LogBucket']?.Properties['LifecycleConfiguration']);
  expect({
    streamMode: 'PROVISIONED',
    shards: numbers('AWS::Kinesis::Stream', 'ShardCount').reduce((sum, shards) => sum + shards, 0),
    memoryGigabytes: Math.max(...numbers('AWS::Lambda::Function', 'MemorySize')) / 1_024,
    countEverySeconds: mappings.get('Aggregate'),
    verifyEverySeconds: mappings.get('Verify'),
    rollUpEverySeconds: mappings.get('RollUp'),
    authorizerSeconds: numbers('AWS::ApiGatewayV2::Authorizer', 'AuthorizerResultTtlInSeconds')[0],
    rawBatchDays: Number(/"ExpirationInDays":"?(\d+)/.exec(lifecycle)?.[1]),
    logDays: Math.max(...numbers('AWS::Logs::LogGroup', 'RetentionInDays')),
    alarms: resourcesOf('AWS::CloudWatch::Alarm').length,
  }).toEqual(prodSetup);
});
