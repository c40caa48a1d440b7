import { isIP } from 'node:net';
import type { BaseOptions } from '@platformatic/kafka';

/** Credentials for Kafka. */
export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** Certificates as PEM text; absent ones are those of the system. */
export interface KafkaTls {
  readonly ca?: string | undefined;
  /** The client's certificate and its key, if brokers ask for one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** The address of a Kafka cluster, and the names of this installation there. */
export interface KafkaConnection {
  /** Addresses as `host:port`; any of the brokers names the others. */
  readonly brokers: readonly string[];
  /** Prefix of the names of all topics and groups. */
  readonly prefix: string;
  /** Names this process in the logs and metrics of the brokers. */
  readonly clientId: string;
  readonly tls?: KafkaTls | undefined;
  readonly sasl?: KafkaSasl | undefined;
}

/** Short enough to give up a dead broker before the request that waits for it, and long enough for an election. */
const times = { connectTimeout: 3_000, requestTimeout: 10_000, timeout: 8_000, retries: 5, retryDelay: 200 };

/** Returns the options of any client. */
export function clientOptions({ brokers, clientId, tls, sasl }: KafkaConnection): BaseOptions {
  return {
    ...times,
    clientId,
    bootstrapBrokers: [...brokers],
    autocreateTopics: false,
    // A proxy in front of the brokers may choose by the name; the client sends none by itself. An address is not a
    // name.
    ...(tls !== undefined && { tls: definedOnly(tls), tlsServerName: brokers.some(isNamed) }),
    ...(sasl !== undefined && { sasl: { ...sasl } }),
  };
}

function isNamed(broker: string): boolean {
  return isIP(broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, '')) === 0;
}

function definedOnly({ ca, cert, key }: KafkaTls): { ca?: string; cert?: string; key?: string } {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}
