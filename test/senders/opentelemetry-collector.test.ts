import { otelCollector } from './kinds.ts';
import { testSender } from './test-sender.ts';

testSender(otelCollector, { keepsBatches: true });
