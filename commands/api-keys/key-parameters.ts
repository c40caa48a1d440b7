import {
  DeleteParameterCommand,
  GetParameterCommand,
  paginateGetParametersByPath,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import {
  decodeApiKeyRecord,
  encodeApiKeyRecord,
  type ApiKeyRecord,
} from '../../lib/domain/api-key-record.ts';
import {
  decodeInstallationSecrets,
  encodeInstallationSecrets,
  secretsParameterOf,
  type InstallationSecrets,
} from '../../lib/domain/installation-secrets.ts';

/** A record, with the name of its parameter under the path. */
export interface NamedRecord {
  readonly name: string;
  readonly record: ApiKeyRecord;
}

/** The parameters that keep the records of API keys and the secrets. */
export interface KeyParameters {
  list(): AsyncIterable<NamedRecord>;
  /** Creates a record. It never replaces one. */
  create(named: NamedRecord): Promise<void>;
  replace(named: NamedRecord): Promise<void>;
  remove(name: string): Promise<void>;
  /** Reads the secrets; empty before the first key. */
  secrets(): Promise<InstallationSecrets>;
  /** Creates the first secrets; returns false if somebody else already had. */
  createSecrets(secrets: InstallationSecrets): Promise<boolean>;
  replaceSecrets(secrets: InstallationSecrets): Promise<void>;
}

export function openKeyParameters(client: SSMClient, stage: string): KeyParameters {
  const path = `/log-analytics-pipeline/${stage}/api-keys`;
  const secretsName = secretsParameterOf(path);

  async function put(named: NamedRecord, Overwrite: boolean): Promise<void> {
    const Value = encodeApiKeyRecord(named.record);
    await client.send(
      new PutParameterCommand({ Name: `${path}/${named.name}`, Value, Type: 'String', Overwrite }),
    );
  }

  async function putSecrets(secrets: InstallationSecrets, Overwrite: boolean): Promise<void> {
    const Value = encodeInstallationSecrets(secrets);
    await client.send(new PutParameterCommand({ Name: secretsName, Value, Type: 'SecureString', Overwrite }));
  }

  return {
    async *list() {
      for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: path })) {
        for (const { Name = '', Value = '' } of Parameters) {
          const name = Name.slice(path.length + 1);
          yield { name, record: decodeApiKeyRecord(name, Value) };
        }
      }
    },
    create: (named) => put(named, false),
    replace: (named) => put(named, true),
    async remove(name) {
      await client.send(new DeleteParameterCommand({ Name: `${path}/${name}` }));
    },
    async secrets() {
      try {
        const command = new GetParameterCommand({ Name: secretsName, WithDecryption: true });
        const { Parameter } = await client.send(command);
        return decodeInstallationSecrets(Parameter?.Value ?? '');
      } catch (error) {
        if (error instanceof ParameterNotFound) return [];
        throw error;
      }
    },
    async createSecrets(secrets) {
      try {
        await putSecrets(secrets, false);
        return true;
      } catch (error) {
        if (error instanceof ParameterAlreadyExists) return false;
        throw error;
      }
    },
    replaceSecrets: (secrets) => putSecrets(secrets, true),
  };
}
