// Alarms and the CloudWatch dashboard, for `serverless.yml`. An alarm asks a person to look; nothing that the
// pipeline fixes by itself raises one.

const minutes = (count) => count * 60;
const nameOf = (logicalId) => ({ 'Fn::GetAtt': [logicalId, 'QueueName'] });

const streamFunctions = ['aggregate', 'aggregateLate'];
const queueFunctions = ['verify', 'rollUp'];
const scheduledFunctions = ['expire', 'alerts'];
const httpFunctions = [
  'ingest',
  'protocols',
  'query',
  'total',
  'paths',
  'customers',
  'batch',
  'readAlerts',
  'authorize',
];
const deadLetterQueues = ['UnverifiedBatches', 'FailedRollUps', 'FailedRecords'];

/** Names an alarm: `AggregateErrorsAlarm` for `aggregate` and `errors`. */
function alarmName(subject, what) {
  return [subject, what, 'alarm'].map((word) => `${word[0].toUpperCase()}${word.slice(1)}`).join('');
}

function alarm(description, metric, { threshold, period, periods = 1, statistic = 'Maximum' }) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: description,
      ...metric,
      Statistic: statistic,
      Period: period,
      EvaluationPeriods: periods,
      Threshold: threshold,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'AlarmTopic' }],
      OKActions: [{ Ref: 'AlarmTopic' }],
    },
  };
}

function alarmsOf(prefix) {
  const lambda = (MetricName, functionKey) => ({
    Namespace: 'AWS/Lambda',
    MetricName,
    Dimensions: [{ Name: 'FunctionName', Value: `${prefix}-${functionKey}` }],
  });
  const queue = (MetricName, logicalId) => ({
    Namespace: 'AWS/SQS',
    MetricName,
    Dimensions: [{ Name: 'QueueName', Value: nameOf(logicalId) }],
  });
  const api = (MetricName) => ({
    Namespace: 'AWS/ApiGateway',
    MetricName,
    Dimensions: [{ Name: 'ApiId', Value: { Ref: 'HttpApi' } }],
  });
  const stream = (MetricName, logicalId) => ({
    Namespace: 'AWS/Kinesis',
    MetricName,
    Dimensions: [{ Name: 'StreamName', Value: { Ref: logicalId } }],
  });
  const pipeline = (MetricName) => ({ Namespace: prefix, MetricName, Dimensions: [] });

  const functions = [...streamFunctions, ...queueFunctions, ...httpFunctions];
  return Object.fromEntries([
    ...[...functions, ...scheduledFunctions].map((key) => [
      alarmName(key, 'errors'),
      alarm(`${key} fails: it crashes or times out.`, lambda('Errors', key), {
        threshold: 0,
        period: minutes(5),
        statistic: 'Sum',
      }),
    ]),
    ...functions.map((key) => [
      alarmName(key, 'throttles'),
      alarm(
        `${key} is throttled: the account has no concurrent execution left for it.`,
        lambda('Throttles', key),
        {
          threshold: 0,
          period: minutes(5),
          periods: 3,
          statistic: 'Sum',
        },
      ),
    ]),
    [
      alarmName('aggregate', 'age'),
      alarm('Entries sent ten minutes ago are not counted yet.', lambda('IteratorAge', 'aggregate'), {
        threshold: minutes(10) * 1_000,
        period: minutes(1),
        periods: 3,
      }),
    ],
    [
      alarmName('aggregateLate', 'age'),
      alarm('Late entries sent six hours ago are not counted yet.', lambda('IteratorAge', 'aggregateLate'), {
        threshold: minutes(360) * 1_000,
        period: minutes(1),
        periods: 3,
      }),
    ],
    ...['InsightStream', 'LateStream'].map((logicalId) => [
      alarmName(logicalId, 'full'),
      alarm(
        'The stream refuses records, so clients get 503. It needs more shards.',
        stream('WriteProvisionedThroughputExceeded', logicalId),
        { threshold: 0, period: minutes(5), periods: 3, statistic: 'Sum' },
      ),
    ]),
    ...deadLetterQueues.map((logicalId) => [
      alarmName(logicalId, 'depth'),
      alarm(
        'There are dead letters. `npm run dead-letters` shows them.',
        queue('ApproximateNumberOfMessagesVisible', logicalId),
        { threshold: 0, period: minutes(1) },
      ),
    ]),
    [
      alarmName('verifyQueue', 'age'),
      alarm(
        'For an hour, the pipeline could not prove that a batch was counted.',
        queue('ApproximateAgeOfOldestMessage', 'VerifyQueue'),
        { threshold: minutes(60), period: minutes(5) },
      ),
    ],
    [
      alarmName('rollUpQueue', 'age'),
      alarm(
        'For an hour, the pipeline could not roll up an hour or a day.',
        queue('ApproximateAgeOfOldestMessage', 'RollUpQueue'),
        {
          threshold: minutes(60),
          period: minutes(5),
        },
      ),
    ],
    [
      alarmName('batches', 'overdue'),
      alarm('Stored batches are still not counted.', pipeline('log_analytics_batches_overdue_total'), {
        threshold: 0,
        period: minutes(5),
        statistic: 'Sum',
      }),
    ],
    [
      alarmName('httpApi', 'failures'),
      alarm('More than 1 % of the requests are answered with 5xx.', api('5xx'), {
        threshold: 0.01,
        period: minutes(5),
        periods: 2,
        statistic: 'Average',
      }),
    ],
  ]);
}

/**
 * Known keys keep working while Parameter Store fails, so without this alarm nobody, clients included, would notice.
 */
function keyLookupsOf(prefix) {
  const metric = { MetricNamespace: prefix, MetricName: 'log_analytics_api_key_lookups_failed' };
  return {
    ApiKeyLookupsFailed: {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        LogGroupName: { Ref: 'AuthorizeLogGroup' },
        FilterPattern: '{ $.message = "API keys cannot be looked up*" }',
        MetricTransformations: [{ ...metric, MetricValue: '1' }],
      },
    },
    [alarmName('apiKeys', 'lookups')]: alarm(
      'API keys cannot be looked up: keys in use keep working for some hours, others get 503.',
      { Namespace: metric.MetricNamespace, MetricName: metric.MetricName, Dimensions: [] },
      { threshold: 0, period: minutes(5), periods: 2, statistic: 'Sum' },
    ),
  };
}

function graph(title, metrics, { stat = 'Sum', width = 12 } = {}) {
  return {
    type: 'metric',
    width,
    height: 6,
    properties: { title, metrics, stat, period: 60, region: '${AWS::Region}', view: 'timeSeries' },
  };
}

function dashboardOf(prefix) {
  const ofFunctions = (metric, keys) =>
    keys.map((key) => ['AWS/Lambda', metric, 'FunctionName', `${prefix}-${key}`]);
  const ofQueues = (metric, keys) =>
    keys.map((key) => ['AWS/SQS', metric, 'QueueName', `\${${key}.QueueName}`]);
  const ofPipeline = (...names) => names.map((name) => [prefix, `log_analytics_${name}`]);
  const ofStreams = (name) =>
    ['insights', 'late'].map((label) => [prefix, `log_analytics_${name}`, 'stream', label]);
  const everyFunction = [...httpFunctions, ...streamFunctions, ...queueFunctions, ...scheduledFunctions];
  return {
    widgets: [
      graph('Entries and batches', ofPipeline('entries_ingested_total', 'batches_ingested_total')),
      graph('Requests', [
        ['AWS/ApiGateway', 'Count', 'ApiId', '${HttpApi}'],
        ['AWS/ApiGateway', '4xx', 'ApiId', '${HttpApi}'],
        ['AWS/ApiGateway', '5xx', 'ApiId', '${HttpApi}'],
      ]),
      graph('Counting lag (ms)', ofFunctions('IteratorAge', streamFunctions), {
        stat: 'Maximum',
      }),
      graph('Partials counted', ofStreams('partials_consumed_total')),
      graph('Time to answer (ms)', [['AWS/ApiGateway', 'Latency', 'ApiId', '${HttpApi}']], { stat: 'p99' }),
      graph('Emitted again, overdue', ofPipeline('partials_emitted_again_total', 'batches_overdue_total')),
      graph('Errors', ofFunctions('Errors', everyFunction)),
      graph('Duration (ms)', ofFunctions('Duration', everyFunction), { stat: 'p99' }),
      graph(
        'Age of the oldest message (s)',
        ofQueues('ApproximateAgeOfOldestMessage', ['VerifyQueue', 'RollUpQueue']),
        {
          stat: 'Maximum',
        },
      ),
      graph('Dead letters', ofQueues('ApproximateNumberOfMessagesVisible', deadLetterQueues), {
        stat: 'Maximum',
      }),
    ],
  };
}

module.exports = async ({ resolveVariable }) => {
  const service = await resolveVariable('self:service');
  const stage = await resolveVariable('sls:stage');
  const prefix = `${service}-${stage}`;
  return {
    Resources: {
      AlarmTopic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: `${prefix}-alarms` } },
      ...alarmsOf(prefix),
      ...keyLookupsOf(prefix),
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: prefix,
          DashboardBody: { 'Fn::Sub': JSON.stringify(dashboardOf(prefix)) },
        },
      },
    },
  };
};
