import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { authorizerSeconds } from '../../../handlers/http/caller.ts';
import { authorizeLimits } from '../../../lib/pipeline/authorize/authorize.ts';
import { packageService, type Package } from '../compiled-template.ts';
import { changed, resourcesOf, service } from './packages.ts';

/** Tests the HTTP API, the concurrency of its functions, and its API keys. */
export function describeHttpApi(): void {
  describe('the HTTP API', () => {
    const throttlingSchema = z.object({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() });
    const stageSchema = z.object({
      DefaultRouteSettings: throttlingSchema,
      RouteSettings: z.record(z.string(), throttlingSchema),
    });

    const routeSchema = z.object({ RouteKey: z.string(), AuthorizationType: z.string().optional() });

    const keyless = [
      'GET /',
      'HEAD /',
      'GET /assets/{name}',
      'GET /health',
      'GET /.well-known/fastly/logging/challenge',
      'GET /services/collector/health',
      'GET /services/collector/health/1.0',
    ];

    it('asks for an API key on every route but health and the page', () => {
      const routes = resourcesOf('AWS::ApiGatewayV2::Route').map(([, { Properties }]) =>
        routeSchema.parse(Properties),
      );
      const open = routes
        .filter(({ AuthorizationType }) => AuthorizationType !== 'CUSTOM')
        .map(({ RouteKey }) => RouteKey);
      expect(open.toSorted()).toEqual(keyless.toSorted());
      expect(routes.map(({ RouteKey }) => RouteKey)).toEqual(
        expect.arrayContaining(['POST /logs', '$default']),
      );
    });

    it('throttles each route, by its group: senders, readers, and routes that need no key', () => {
      const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
      const settings = stageSchema.parse(stage?.Properties);
      const rates = Object.entries(settings.RouteSettings).map(
        ([route, { ThrottlingRateLimit, ThrottlingBurstLimit }]) =>
          `${route} ${ThrottlingRateLimit} ${ThrottlingBurstLimit}`,
      );
      expect(rates).toEqual([
        'POST /logs 2000 4000',
        'POST /v1/logs 2000 4000',
        'POST /firehose 2000 4000',
        'POST /logpush 2000 4000',
        'POST /_bulk 2000 4000',
        'PUT /_bulk 2000 4000',
        'POST /{index}/_bulk 2000 4000',
        'PUT /{index}/_bulk 2000 4000',
        'POST /loki/api/v1/push 2000 4000',
        'POST /services/collector 2000 4000',
        'POST /services/collector/event 2000 4000',
        'POST /services/collector/event/1.0 2000 4000',
        'POST /services/collector/raw 2000 4000',
        'POST /services/collector/raw/1.0 2000 4000',
        'GET /aggregates 300 600',
        'GET /aggregates/total 300 600',
        'GET /aggregates/paths 300 600',
        'GET /batches/{batchId} 300 600',
        'GET /customers 300 600',
        'GET /alerts 300 600',
        'POST /shares 300 600',
        ...keyless.map((route) => `${route} 50 100`),
      ]);
      expect(settings.DefaultRouteSettings.ThrottlingRateLimit).toBe(300);
    });

    it('creates its routes before its stage, which has settings for them', () => {
      const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
      const { RouteSettings } = stageSchema.parse(stage?.Properties);
      const earlier = new Set(
        [stage?.DependsOn ?? []]
          .flat()
          .map((logicalId) => service().resources[logicalId]?.Properties['RouteKey']),
      );
      expect(Object.keys(RouteSettings).filter((route) => !earlier.has(route))).toEqual([]);
    });

    it("logs the key, the route and the time of each request, and caches a key's customer for a minute", () => {
      const [, stage] = resourcesOf('AWS::ApiGatewayV2::Stage')[0] ?? [];
      expect(JSON.stringify(stage?.Properties['AccessLogSettings'])).toContain('$context.authorizer.keyId');
      expect(JSON.stringify(stage?.Properties['AccessLogSettings'])).toContain(
        '$context.authorizer.customerId',
      );
      const authorizers = resourcesOf('AWS::ApiGatewayV2::Authorizer').map(
        ([, { Properties }]) => Properties,
      );
      const keyIn = (header: string) => ({
        AuthorizerType: 'REQUEST',
        EnableSimpleResponses: true,
        AuthorizerResultTtlInSeconds: authorizerSeconds,
        IdentitySource: [`$request.header.${header}`],
      });
      expect(authorizers).toMatchObject([keyIn('authorization'), keyIn('x-amz-firehose-access-key')]);
    });
  });

  describe('concurrency', () => {
    const reservedOf = ({ resources }: Package) =>
      Object.fromEntries(
        Object.entries(resources)
          .filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties)
          .map(([logicalId, { Properties }]) => [logicalId, Properties['ReservedConcurrentExecutions']]),
      );

    it('is not reserved by default: a small account could not be deployed to', () => {
      expect(reservedOf(service())).toEqual({});
    });

    it('is reserved for senders, and limits what anybody can call', () => {
      expect(reservedOf(changed())).toEqual({
        IngestLambdaFunction: 40,
        ProtocolsLambdaFunction: 40,
        AuthorizeLambdaFunction: 10,
        QueryLambdaFunction: 20,
        TotalLambdaFunction: 20,
        PathsLambdaFunction: 20,
        PageLambdaFunction: 5,
        HealthLambdaFunction: 5,
        FallbackLambdaFunction: 5,
      });
    });

    it.each(['ingestConcurrency=many', 'requestRate=-1'])('is not packaged with %s', async (parameter) => {
      const failure: unknown = await packageService('dev', [`--param=${parameter}`]).catch(
        (error: unknown) => error,
      );
      expect(JSON.stringify(failure)).toContain('must be a whole number');
    });
  });

  describe('API keys', () => {
    it('of the old form are accepted until that is switched off', () => {
      const accepts = ({ resources }: Package) =>
        JSON.stringify(resources['AuthorizeLambdaFunction']?.Properties['Environment']);
      expect(accepts(service())).toContain('"ACCEPT_OLD_API_KEYS":"true"');
      expect(accepts(changed())).toContain('"ACCEPT_OLD_API_KEYS":"false"');
    });

    it('that are revoked are refused within five minutes, by the gateway and the authorizer together', () => {
      expect(authorizerSeconds + authorizeLimits.memory.freshSeconds).toBeLessThanOrEqual(300);
    });
  });
}
