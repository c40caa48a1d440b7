import { quoted } from './shell-settings.ts';

/** Addresses and places of a cluster on this machine. */
export interface GreetedCluster {
  readonly baseUrl: string;
  readonly adminUrl: string;
  readonly brokers: string;
  readonly s3Endpoint: string;
  /** `undefined` without ClickHouse. */
  readonly clickHouseUrl: string | undefined;
  readonly directory: string;
  /** The file that sets the settings of this cluster in a shell. */
  readonly settingsFile: string;
  /** The JobManager; `undefined` without Flink. */
  readonly flinkUrl: string | undefined;
  /** The file of API keys; `undefined` if the header names the customer. */
  readonly keyFile: string | undefined;
  readonly now: Date;
}

/** Returns the text that greets a user: where everything listens, and commands to try. */
export function greeting(cluster: GreetedCluster): string {
  const { baseUrl, adminUrl, brokers, s3Endpoint, clickHouseUrl, directory, settingsFile } = cluster;
  const { flinkUrl, keyFile, now } = cluster;
  const receivedAt = `${now.toISOString().slice(0, 19)}Z`;
  const entry = { receivedAt, method: 'GET', path: '/', userAgent: 'curl/8.0', status: 200 };
  const who = keyFile === undefined ? "'x-customer-id: cus-axon'" : "'authorization: Bearer YOUR-API-KEY'";
  const clickHouse = clickHouseUrl === undefined ? '' : `  ClickHouse  ${clickHouseUrl}\n`;
  const project = clickHouseUrl === undefined ? 'verify and roll-up' : 'verify, roll-up and project';
  const keys = keyFile === undefined ? '' : `  API keys    ${keyFile}\n`;
  const flink = flinkUrl === undefined ? '' : `  Flink       ${flinkUrl}\n`;
  return `
The cluster is ready: api, summarizer, aggregate, ${project} run as processes of their own.

  Listening   ${baseUrl}
  Dashboard   ${baseUrl}/
  Internal    ${adminUrl}/ready and /metrics; each role has its own, on the ports behind this one
  Kafka       ${brokers}
  S3          ${s3Endpoint}
${clickHouse}${flink}  Data, logs  ${directory}
${keys}  Stop        Ctrl-C

Send a batch, then read its counts:

  curl ${baseUrl}/logs -H ${who} -H 'content-type: application/json' \\
    -d '[${JSON.stringify(entry)}]'

  curl '${baseUrl}/aggregates?window=minute' -H ${who}

See in another terminal what runs and what waits, and check the counts:

  (. ${quoted(settingsFile)} && npm run status && npm run audit)

End a role and see it come back, with nothing lost:

  pkill -9 -f 'main.ts aggregate'
`;
}
