import { expect, it } from 'vitest';
import * as z from 'zod';
import { prodSetup } from '../../../commands/cost/workload.ts';
import { deployedNames } from '../../../commands/deployed-names.ts';
import { changed, resourcesOf, service } from './packages.ts';

const redriveSchema = z.object({
  RedrivePolicy: z.object({
    maxReceiveCount: z.int().min(1).max(1_000), // the retention time of SQS
    deadLetterTargetArn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
  }),
});

/** Tests values that commands rely on. */
export function describeAssumptions(): void {
  it('names things as the commands expect', () => {
    const property = (logicalId: string, name: string) => service().resources[logicalId]?.Properties[name];
    const names = deployedNames('prod');
    expect(names).toMatchObject({
      insightStreamName: property('InsightStream', 'Name'),
      lateStreamName: property('LateStream', 'Name'),
      insightConsumerName: property('AggregateLambdaFunction', 'FunctionName'),
      lateConsumerName: property('AggregateLateLambdaFunction', 'FunctionName'),
      rollUpQueueName: property('RollUpQueue', 'QueueName'),
      failedRollUpsQueueName: property('FailedRollUps', 'QueueName'),
      rollUpConsumerName: property('RollUpLambdaFunction', 'FunctionName'),
    });
    const sources = ['VerifyQueue', 'RollUpQueue'].map((logicalId) => {
      const { RedrivePolicy } = redriveSchema.parse(service().resources[logicalId]?.Properties);
      const [deadLetters] = RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'];
      return { name: property(deadLetters, 'QueueName'), source: property(logicalId, 'QueueName') };
    });
    expect(names.deadLetterQueues).toEqual([
      ...sources,
      { name: property('FailedRecords', 'QueueName'), source: undefined },
    ]);
    const bucketName = names.bucketName('${AWS::AccountId}', '${AWS::Region}');
    expect(property('LogBucket', 'BucketName')).toEqual({ 'Fn::Sub': bucketName });
  });

  it('can have its streams on demand', () => {
    const { resources } = changed();
    for (const logicalId of ['InsightStream', 'LateStream']) {
      const properties = resources[logicalId]?.Properties;
      expect(properties).toMatchObject({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
      expect(properties).not.toHaveProperty('ShardCount');
    }
  });

  it('has the values that `npm run cost` assumes', () => {
    const numbers = (type: string, property: string) =>
      resourcesOf(type).map(([, { Properties }]) => Number(Properties[property]));
    const mappings = new Map(
      resourcesOf('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => [
        /"Fn::GetAtt":\["(\w+)LambdaFunction"/.exec(JSON.stringify(Properties['FunctionName']))?.[1],
        Properties['MaximumBatchingWindowInSeconds'],
      ]),
    );
    const lifecycle = JSON.stringify(service().resources['LogBucket']?.Properties['LifecycleConfiguration']);
    expect({
      streamMode: 'PROVISIONED',
      shards: numbers('AWS::Kinesis::Stream', 'ShardCount').reduce((sum, shards) => sum + shards, 0),
      memoryGigabytes: Math.max(...numbers('AWS::Lambda::Function', 'MemorySize')) / 1_024,
      countEverySeconds: mappings.get('Aggregate'),
      verifyEverySeconds: mappings.get('Verify'),
      rollUpEverySeconds: mappings.get('RollUp'),
      authorizerSeconds: numbers('AWS::ApiGatewayV2::Authorizer', 'AuthorizerResultTtlInSeconds')[0],
      rawBatchDays: Number(/"ExpirationInDays":"?(\d+)/.exec(lifecycle)?.[1]),
      logDays: Math.max(...numbers('AWS::Logs::LogGroup', 'RetentionInDays')),
      alarms: resourcesOf('AWS::CloudWatch::Alarm').length,
    }).toEqual(prodSetup);
  });
}
