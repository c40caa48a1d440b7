import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAlertRules } from '../../../lib/domain/alerts/alert-rules.ts';
import { loadBundle } from '../load-bundle.ts';
import { changed, resourcesOf, service } from './packages.ts';
import { rightsOf } from './rights.ts';

/** Tests the function that checks alerts, and the topic that it publishes to. */
export function describeAlerts(): void {
  describe('alerts', () => {
    const environmentOf = (resources: ReturnType<typeof service>['resources']) =>
      JSON.stringify(resources['AlertsLambdaFunction']?.Properties['Environment']);

    it('have the rules of the deployment in their package, and none where there are none', () => {
      const given = readFileSync(
        new URL('../../../examples/alerts/alert-rules.json', import.meta.url),
        'utf8',
      );
      expect(changed().alertRules).toBe(given);
      expect(() => parseAlertRules(given)).not.toThrow();
      expect(environmentOf(changed().resources)).toContain('"ALERT_RULES":"build/alerts/alert-rules.json"');
      expect(service().alertRules).toBeUndefined();
      expect(environmentOf(service().resources)).toContain('"ALERT_RULES":""');
    });

    it('are published to a topic of their own, by this function alone', () => {
      expect(environmentOf(service().resources)).toContain('"ALERT_TOPIC_ARN":{"Ref":"AlertTopic"}');
      const publishers = resourcesOf('AWS::IAM::Role').filter(([, role]) =>
        rightsOf(role).some(({ Action }) => Action.includes('sns:Publish')),
      );
      expect(publishers.map(([logicalId]) => logicalId)).toEqual(['AlertsRole']);
      expect(JSON.stringify(publishers)).toContain('{"Ref":"AlertTopic"}');
    });

    it('are checked every five minutes', () => {
      const schedules = resourcesOf('AWS::Events::Rule').map(([, { Properties }]) => [
        JSON.stringify(Properties['Targets']).includes('AlertsLambdaFunction'),
        Properties['ScheduleExpression'],
      ]);
      expect(schedules).toContainEqual([true, 'rate(5 minutes)']);
    });

    it('load the client of SNS only when there is something to publish', () => {
      const { clients } = loadBundle('alerts', {
        STORAGE: 'aws',
        ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:1:alerts',
      });
      expect(clients).not.toContain('client-sns');
    });
  });
}
