import { readFile } from 'node:fs/promises';
import { CannotStart } from './cannot-start.ts';
import type { ClusterConfig } from './config.ts';
import type { KafkaConnection } from './kafka/connection.ts';
import { messageOf } from '../lib/message-of.ts';

/**
 * Makes the connection to Kafka from the configuration, with the certificates in its files.
 * @throws CannotStart  a file cannot be read; the message says which
 */
export async function kafkaConnectionOf({ kafka, instanceId }: ClusterConfig): Promise<KafkaConnection> {
  const { brokers, prefix, tls, sasl } = kafka;
  const connection = { brokers, prefix, clientId: `${prefix}${instanceId}`, sasl };
  if (tls === undefined) return connection;
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certFile, tls.keyFile].map(readCertificate));
  return { ...connection, tls: { ca, cert, key } };
}

async function readCertificate(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = messageOf(cause);
    throw new CannotStart(`A file of certificates for Kafka cannot be read: ${reason}.`, { cause });
  }
}
