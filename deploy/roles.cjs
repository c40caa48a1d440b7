// The role of each function, for `serverless.yml`: it allows what the function does and nothing else.

const object = (prefix) => ({ 'Fn::Sub': `\${LogBucket.Arn}/${prefix}` });
const arnOf = (logicalId) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

const allow = (Action, Resource) => ({ Effect: 'Allow', Action, Resource });

/** Without the right to list, S3 answers 403 instead of 404 for an object that does not exist. */
const tellMissing = allow(['s3:ListBucket'], [arnOf('LogBucket')]);
const read = (...prefixes) => [allow(['s3:GetObject'], prefixes.map(object)), tellMissing];
/** Replacing an object by its etag also needs the right to read it. */
const readAndWrite = (...prefixes) => [
  allow(['s3:GetObject', 's3:PutObject'], prefixes.map(object)),
  tellMissing,
];

/** The horizon behind which windows have expired. */
const horizon = 'retention/horizon';
/** The index of customers, and the progress of indexing those of an earlier version. */
const customerIndex = 'customers/*';
const customerIndexing = 'migrations/customers';
/** A tombstone records whether and when a customer was forgotten. */
const readTombstones = allow(['s3:GetObject'], [object('forgotten/*')]);
/**
 * A function that finds an object of a forgotten customer, written while the customer was being forgotten, removes
 * it.
 */
const remove = (...prefixes) => allow(['s3:DeleteObject'], prefixes.map(object));

const emit = allow(['kinesis:PutRecords'], [arnOf('InsightStream'), arnOf('LateStream')]);

// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaKinesisExecutionRole.html
const consumeStream = (stream) =>
  allow(
    [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ],
    [arnOf(stream)],
  );

/** The event source mapping writes what it cannot deliver to the bucket, with the rights of the function. */
const keepUndelivered = allow(['s3:PutObject'], [object('aws/lambda/*')]);

// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaSQSQueueExecutionRole.html
const consumeQueue = (queue) =>
  allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [arnOf(queue)]);

/** CloudWatch cannot restrict rights to some of its metrics. */
const readMetrics = allow(['cloudwatch:GetMetricData'], '*');

const parameter = (stage, name) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter/log-analytics-pipeline/${stage}/${name}`,
});

/** Reads some parameters, among them the encrypted secret that signs keys; AWS's own key decrypts only that one. */
const readWithSecret = (stage, ...names) => [
  allow(
    ['ssm:GetParameter'],
    [...names, 'api-keys-secret'].map((name) => parameter(stage, name)),
  ),
  {
    ...allow(
      ['kms:Decrypt'],
      [{ 'Fn::Sub': 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*' }],
    ),
    Condition: {
      StringEquals: {
        'kms:ViaService': { 'Fn::Sub': 'ssm.${AWS::Region}.amazonaws.com' },
        'kms:EncryptionContext:PARAMETER_ARN': parameter(stage, 'api-keys-secret'),
      },
    },
  },
];

/** Reads windows, and everything that shows how complete they are. */
const readCounts = [...read('aggregates/*', 'failed/*', 'aws/lambda/*', horizon), readMetrics];

const aggregateFrom = (stream) => [
  consumeStream(stream),
  ...readAndWrite('aggregates/minute/*', 'failed/*'),
  allow(['s3:GetObject'], [object(horizon)]),
  readTombstones,
  remove('aggregates/minute/*', 'failed/*'),
  keepUndelivered,
];

const takeBatches = [
  ...readAndWrite('batches/*'),
  allow(['s3:GetObject'], [object(horizon)]),
  readTombstones,
  emit,
];

const rightsOf = (stage) => ({
  authorize: [...readWithSecret(stage, 'api-keys/*'), ...readAndWrite('api-keys/*')],
  ingest: takeBatches,
  protocols: takeBatches,
  aggregate: aggregateFrom('InsightStream'),
  aggregateLate: aggregateFrom('LateStream'),
  verify: [
    consumeQueue('VerifyQueue'),
    ...read('batches/*', 'aggregates/minute/*', 'failed/*', 'aws/lambda/*', horizon),
    readTombstones,
    remove('batches/*'),
    emit,
    readMetrics,
  ],
  rollUp: [
    consumeQueue('RollUpQueue'),
    allow(['s3:GetObject'], [object('aggregates/*'), object(horizon)]),
    ...readAndWrite('aggregates/hour/*', 'aggregates/day/*', customerIndex),
    ...read('failed/*', 'aws/lambda/*'),
    allow(['s3:PutObject'], [object('failed/roll-up/*')]),
    readTombstones,
    remove('aggregates/hour/*', 'aggregates/day/*', customerIndex, 'failed/roll-up/*'),
  ],
  // The bucket's lifecycle deletes raw batches and failed records. It makes the index of customers of the days of an
  // earlier version.
  expire: [
    ...readAndWrite('retention/*', customerIndex, customerIndexing),
    allow(['s3:GetObject'], [object('aggregates/day/*'), object('alerts/state/*')]),
    readTombstones,
    remove('aggregates/*', customerIndex, 'alerts/*'),
  ],
  query: readCounts,
  total: readCounts,
  paths: readCounts,
  batch: read('batches/*', 'aggregates/minute/*', horizon),
  health: readAndWrite('health/*'),
  // Before all customers are indexed, it reads the caller's days.
  customers: [
    ...read(customerIndex, customerIndexing, 'aggregates/day/*', 'failed/*', 'aws/lambda/*', horizon),
    readMetrics,
  ],
  // It reads hours and the index of customers as answers do, and removes only what it wrote of a customer that was
  // forgotten meanwhile.
  alerts: [
    ...readCounts,
    allow(['s3:GetObject'], [object(customerIndex), object(customerIndexing)]),
    ...readAndWrite('alerts/*'),
    readTombstones,
    remove('alerts/*'),
    allow(['sns:Publish'], [{ Ref: 'AlertTopic' }]),
  ],
  readAlerts: [...read('alerts/*', horizon), readTombstones],
  // It knows the hash of the key that makes a link from the request itself.
  shares: readWithSecret(stage),
  openapi: [],
  page: [],
  metrics: [],
  fallback: [],
});

/** Names the role of a function: `IngestRole` for `ingest`. */
function roleNameOf(functionKey) {
  return `${functionKey[0].toUpperCase()}${functionKey.slice(1)}Role`;
}

function role(service, stage, functionKey, statements) {
  const writeLog = allow(
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    [
      {
        'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${service}-${stage}-${functionKey}:*`,
      },
    ],
  );
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyName: functionKey,
          PolicyDocument: { Version: '2012-10-17', Statement: [writeLog, ...statements] },
        },
      ],
    },
  };
}

module.exports = async ({ resolveVariable }) => {
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const roles = Object.entries(rightsOf(stage)).map(([functionKey, statements]) => [
    roleNameOf(functionKey),
    role(service, stage, functionKey, statements),
  ]);
  return { Resources: Object.fromEntries(roles) };
};
