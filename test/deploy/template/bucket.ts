import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { resourcesOf, service } from './packages.ts';
import { rightsOf, statementSchema } from './rights.ts';

const bucketPolicySchema = z.object({ PolicyDocument: z.object({ Statement: z.array(statementSchema) }) });

/** Tests the bucket: its lifecycle, and who may read, write and delete what. */
export function describeBucket(): void {
  describe('the bucket', () => {
    it('is private, encrypted, and outlives the stack', () => {
      const bucket = service().resources['LogBucket'];
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
      const lifecycle = service().resources['LogBucket']?.Properties['LifecycleConfiguration'];
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
        ExpireRole: ['aggregates/*', 'customers/*', 'alerts/*'],
        AlertsRole: ['alerts/*'],
        AggregateRole: ['aggregates/minute/*', 'failed/*'],
        AggregateLateRole: ['aggregates/minute/*', 'failed/*'],
        VerifyRole: ['batches/*'],
        RollUpRole: ['aggregates/hour/*', 'aggregates/day/*', 'customers/*', 'failed/roll-up/*'],
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
        const role = service().resources[`${name}Role`];
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
      const policy = JSON.stringify(service().resources['LogBucketPolicy']?.Properties);
      expect(policy).toContain('"Null":{"s3:if-none-match":"true","s3:if-match":"true"}');
      expect(policy).toContain('"aws:SecureTransport":"false"');
    });

    it('lets only the authorizer write copies of API keys', () => {
      const { PolicyDocument } = bucketPolicySchema.parse(service().resources['LogBucketPolicy']?.Properties);
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
      const { PolicyDocument } = bucketPolicySchema.parse(service().resources['LogBucketPolicy']?.Properties);
      const denied = PolicyDocument.Statement.filter(({ Resource }) =>
        JSON.stringify(Resource).includes('/audit-log/*'),
      ).map(({ Action, Condition }) => [Action, JSON.stringify(Condition)]);
      expect(denied).toContainEqual([['s3:DeleteObject', 's3:DeleteObjectVersion'], undefined]);
      expect(denied).toContainEqual([['s3:PutObject'], '{"Null":{"s3:if-none-match":"true"}}']);
    });
  });
}
