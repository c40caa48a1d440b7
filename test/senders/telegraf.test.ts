import { telegraf } from './kinds.ts';
import { testSender } from './test-sender.ts';

testSender(telegraf, { keepsBatches: false });
