/** A list price of us-east-1, without free tiers and discounts for volume. */
export interface Price {
  readonly what: string;
  readonly dollars: number;
  readonly per: string;
  /** The number of units that the price is for. */
  readonly units: number;
  /** The page that states the price, and its date; absent where the price is remembered and nobody has confirmed it. */
  readonly source?: { readonly url: string; readonly asOf: string };
}

const million = 1e6;
const gigabyte = 1e9;

export const prices = {
  apiRequest: {
    what: 'API Gateway, HTTP API: requests, for every 512 KB or part of it',
    dollars: 1,
    per: 'million',
    units: million,
    source: {
      url: 'https://docs.aws.amazon.com/whitepapers/latest/best-practices-api-gateway-private-apis-integration/cost-optimization.html',
      asOf: 'undated',
    },
  },
  dataOut: {
    what: 'data to the internet',
    dollars: 0.09,
    per: 'GB',
    units: gigabyte,
    source: { url: 'https://www.apigatewaycost.com/aws', asOf: 'undated' },
  },
  invocation: {
    what: 'Lambda: invocations',
    dollars: 0.2,
    per: 'million',
    units: million,
    source: {
      url: 'https://git.mcrn.ar/mariano/lambda_local_runner/src/branch/main/docs/lambdas-md/lambda-13-cost.md',
      asOf: 'May 2026',
    },
  },
  gigabyteSecond: {
    what: 'Lambda, arm64: memory',
    dollars: 0.0000133334,
    per: 'GB-second',
    units: 1,
    source: { url: 'https://cloudchipr.com/blog/aws-lambda-pricing', asOf: '2024' },
  },
  put: {
    what: 'S3: PUT and LIST',
    dollars: 0.005,
    per: 'thousand',
    units: 1_000,
    source: {
      url: 'https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples',
      asOf: 'undated',
    },
  },
  get: {
    what: 'S3: GET',
    dollars: 0.0004,
    per: 'thousand',
    units: 1_000,
    source: {
      url: 'https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples',
      asOf: 'undated',
    },
  },
  storage: {
    what: 'S3 Standard: storage',
    dollars: 0.023,
    per: 'GB-month',
    units: gigabyte,
    source: {
      url: 'https://devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples',
      asOf: 'undated',
    },
  },
  shardHour: {
    what: 'Kinesis, provisioned: shards',
    dollars: 0.015,
    per: 'shard-hour',
    units: 1,
    source: { url: 'https://c3x.dev/resources/aws/aws_kinesis_stream', asOf: 'undated' },
  },
  putUnit: {
    what: 'Kinesis, provisioned: PUT payload units, for every 25 KB of a record or part of it',
    dollars: 0.014,
    per: 'million',
    units: million,
    source: { url: 'https://costcalculator.calculator.city/aws-kinesis-cost-calculator', asOf: 'undated' },
  },
  streamHour: { what: 'Kinesis, on demand: streams', dollars: 0.04, per: 'stream-hour', units: 1 },
  streamIn: {
    what: 'Kinesis, on demand: data put, each record rounded up to a KB',
    dollars: 0.08,
    per: 'GB',
    units: gigabyte,
  },
  streamOut: { what: 'Kinesis, on demand: data read', dollars: 0.04, per: 'GB', units: gigabyte },
  queueRequest: {
    what: 'SQS, standard: requests',
    dollars: 0.4,
    per: 'million',
    units: million,
    source: { url: 'https://cloudburn.io/blog/amazon-sqs-pricing', asOf: 'March 2026' },
  },
  logIngested: {
    what: 'CloudWatch: log ingested',
    dollars: 0.5,
    per: 'GB',
    units: gigabyte,
    source: {
      url: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
      asOf: 'June 2026',
    },
  },
  logKept: {
    what: 'CloudWatch: log kept',
    dollars: 0.03,
    per: 'GB-month',
    units: gigabyte,
    source: { url: 'https://bit.kevinslin.com/p/youre-paying-too-much-for-cloudwatch', asOf: 'undated' },
  },
  customMetric: {
    what: 'CloudWatch: custom metrics, each combination of labels',
    dollars: 0.3,
    per: 'month',
    units: 1,
    source: { url: 'https://signoz.io/guides/cloudwatch-pricing', asOf: 'February 2026' },
  },
  metricRead: {
    what: 'CloudWatch: metrics read by GetMetricData',
    dollars: 0.01,
    per: 'thousand',
    units: 1_000,
    source: {
      url: 'https://support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation',
      asOf: 'undated',
    },
  },
  dashboard: {
    what: 'CloudWatch: dashboards',
    dollars: 3,
    per: 'month',
    units: 1,
    source: {
      url: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/',
      asOf: 'June 2026',
    },
  },
  alarm: { what: 'CloudWatch: alarms', dollars: 0.1, per: 'month', units: 1 },
} satisfies Record<string, Price>;

/** Returns the price of an amount. */
export function priceOf(name: keyof typeof prices, amount: number): number {
  const { dollars, units } = prices[name];
  return (amount * dollars) / units;
}
