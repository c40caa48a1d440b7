import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { deployedNames } from '../../../commands/deployed-names.ts';
import { resourcesOf, service } from './packages.ts';
import { rightsOf } from './rights.ts';

const environmentSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });

/** Tests the rights of each function. */
export function describeRoles(): void {
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

    it('let only the authorizer read keys, and it and the maker of links decrypt one parameter', () => {
      const parametersOf = (functionKey: string) =>
        rightsOf(service().resources[`${functionKey}Role`] ?? expect.fail(functionKey))
          .filter(({ Action }) => Action.some((action) => /^(?:ssm|kms):/.test(action)))
          .map(({ Action, Resource, Condition }) => [Action, JSON.stringify([Resource, Condition])] as const);
      const [read, decrypt, ...others] = parametersOf('Authorize');
      expect(others).toEqual([]);
      expect(read?.[0]).toEqual(['ssm:GetParameter']);
      expect(read?.[1]).toContain('/prod/api-keys/*');
      expect(decrypt?.[0]).toEqual(['kms:Decrypt']);
      expect(decrypt?.[1]).toContain('"kms:EncryptionContext:PARAMETER_ARN"');
      expect(decrypt?.[1]).toContain('/prod/api-keys-secret');
      const [secret, decryptSecret, ...otherRights] = parametersOf('Shares');
      expect(otherRights).toEqual([]);
      expect(secret?.[0]).toEqual(['ssm:GetParameter']);
      expect(secret?.[1]).not.toContain('/api-keys/');
      expect(secret?.[1]).toContain('/prod/api-keys-secret');
      expect(decryptSecret).toEqual(decrypt);
      for (const functionKey of ['Ingest', 'Query', 'Fallback', 'Page', 'Total', 'Customers'])
        expect(parametersOf(functionKey)).toEqual([]);
    });

    function canWrite(functionKey: string): string[] {
      const role = service().resources[`${functionKey}Role`];
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
        '{"Fn::Sub":"${LogBucket.Arn}/failed/roll-up/*"}',
      ]);
      expect(canWrite('Expire')).toEqual([
        '{"Fn::Sub":"${LogBucket.Arn}/retention/*"}',
        '{"Fn::Sub":"${LogBucket.Arn}/customers/*"}',
        '{"Fn::Sub":"${LogBucket.Arn}/migrations/customers"}',
      ]);
      expect(canWrite('Authorize')).toEqual(['{"Fn::Sub":"${LogBucket.Arn}/api-keys/*"}']);
      for (const reader of [
        'Query',
        'Total',
        'Paths',
        'Customers',
        'Batch',
        'Verify',
        'Fallback',
        'Metrics',
        'Shares',
      ]) {
        expect({ reader, writes: canWrite(reader) }).toEqual({ reader, writes: [] });
      }
    });
  });

  it('lets functions that read counts find out what is missing from them', () => {
    for (const functionKey of ['Query', 'Total', 'Paths']) {
      const role = service().resources[`${functionKey}Role`];
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
        service().resources[`${functionKey}LambdaFunction`]?.Properties['Environment'],
      );
      expect(Variables).toMatchObject({
        ROLL_UP_QUEUE_NAME: deployedNames('prod').rollUpQueueName,
        FAILED_ROLL_UPS_QUEUE_NAME: deployedNames('prod').failedRollUpsQueueName,
        ROLL_UP_CONSUMER_NAME: deployedNames('prod').rollUpConsumerName,
        METRICS_NAMESPACE: deployedNames('prod').metricsNamespace,
      });
    }
  });
}
