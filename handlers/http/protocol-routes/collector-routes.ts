import { protocolRoute, route } from '../define-route.ts';

const json = 'application/json';
const collector = {
  answers: { 200: { [json]: 'CollectorAnswer' } },
  errorContent: { [json]: 'CollectorError' },
} as const;
const health = {
  functionName: 'protocols',
  invalidRequestCode: 'QRY_1000',
  ...collector,
} as const;

/** Routes of Splunk's HTTP Event Collector. It has more than one path for the same. */
export const collectorRoutes = {
  collectEvents: protocolRoute('/services/collector/event', collector),
  collectEventsAtRoot: protocolRoute('/services/collector', { ...collector, isAlias: true }),
  collectEventsVersion1: protocolRoute('/services/collector/event/1.0', { ...collector, isAlias: true }),
  collectLines: protocolRoute('/services/collector/raw', collector),
  collectLinesVersion1: protocolRoute('/services/collector/raw/1.0', { ...collector, isAlias: true }),
  checkCollector: route('GET', '/services/collector/health', health),
  checkCollectorVersion1: route('GET', '/services/collector/health/1.0', { ...health, isAlias: true }),
} as const;
