import { benthos } from './kinds.ts';
import { testSender } from './test-sender.ts';

testSender(benthos, { keepsBatches: true });
