import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { loadBundle } from '../load-bundle.ts';
import { resourcesOf, service } from './packages.ts';

/** The functions that read the logs of other programs, that have the dashboard, and that compose windows. */
const largerBounds = new Map([
  ['ingest', 465_000],
  ['protocols', 475_000],
  ['page', 560_000],
  ['openapi', 400_000],
  ['query', 390_000],
]);

/** Tests the functions and their bundles. */
export function describeFunctions(): void {
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

    it('have bundles below their size limits, without any part of the local store', () => {
      for (const [functionKey, bytes] of service().bundleBytes) {
        const bound = largerBounds.get(functionKey) ?? 370_000;
        expect({ functionKey, isSmall: bytes < bound }).toEqual({ functionKey, isSmall: true });
      }
      for (const [functionKey, code] of service().bundles) {
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
}
