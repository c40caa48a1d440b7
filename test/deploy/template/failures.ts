import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { lookupsFailed } from '../../../lib/pipeline/authorize/remembered-lookups.ts';
import { resourcesOf, service } from './packages.ts';

/** Tests destinations and alarms. */
export function describeFailures(): void {
  describe('a failure', () => {
    const mappingSchema = z.object({
      EventSourceArn: z.unknown(),
      FunctionResponseTypes: z.array(z.string()),
      DestinationConfig: z.unknown().optional(),
    });

    it('has a destination: every stream an on-failure destination, every queue of work a dead-letter queue', () => {
      for (const [logicalId, { Properties }] of resourcesOf('AWS::Lambda::EventSourceMapping')) {
        const mapping = mappingSchema.parse(Properties);
        expect({ logicalId, types: mapping.FunctionResponseTypes }).toEqual({
          logicalId,
          types: ['ReportBatchItemFailures'],
        });
        const source = JSON.stringify(mapping.EventSourceArn);
        if (source.includes('Stream'))
          expect(JSON.stringify(mapping.DestinationConfig)).toContain('LogBucket');
        else
          expect(service().resources[/"(\w+Queue)"/.exec(source)?.[1] ?? '']?.Properties).toHaveProperty(
            'RedrivePolicy',
          );
      }
    });

    it('raises an alarm that reaches the topic', () => {
      const alarms = resourcesOf('AWS::CloudWatch::Alarm');
      for (const [logicalId, { Properties }] of alarms) {
        expect({ logicalId, actions: Properties['AlarmActions'] }).toEqual({
          logicalId,
          actions: [{ Ref: 'AlarmTopic' }],
        });
      }
      const watched = alarms.map(([, { Properties }]) => String(Properties['MetricName']));
      for (const metric of [
        'Errors',
        'Throttles',
        'IteratorAge',
        'ApproximateNumberOfMessagesVisible',
        'ApproximateAgeOfOldestMessage',
        '5xx',
        'log_analytics_batches_overdue_total',
      ]) {
        expect(watched).toContain(metric);
      }
    });

    it('raises an alarm when API keys cannot be looked up, by the words of the log', () => {
      const filter = service().resources['ApiKeyLookupsFailed'];
      const pattern = /^\{ \$\.message = "(.*)\*" \}$/.exec(String(filter?.Properties['FilterPattern']));
      expect(lookupsFailed.startsWith(pattern?.[1] ?? expect.fail('no pattern'))).toBe(true);
      expect(filter?.Properties['LogGroupName']).toEqual({ Ref: 'AuthorizeLogGroup' });
      expect(service().resources['AuthorizeLogGroup']?.Type).toBe('AWS::Logs::LogGroup');
      expect(service().resources['ApiKeysLookupsAlarm']?.Properties['MetricName']).toBe(
        'log_analytics_api_key_lookups_failed',
      );
    });

    it('gives messages six times as long as their function may run', () => {
      const timeout = (logicalId: string) => Number(service().resources[logicalId]?.Properties['Timeout']);
      const visibility = (logicalId: string) =>
        Number(service().resources[logicalId]?.Properties['VisibilityTimeout']);
      expect(visibility('VerifyQueue')).toBeGreaterThanOrEqual(6 * timeout('VerifyLambdaFunction'));
      expect(visibility('RollUpQueue')).toBeGreaterThanOrEqual(6 * timeout('RollUpLambdaFunction'));
    });
  });
}
