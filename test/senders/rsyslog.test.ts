import { rsyslog } from './kinds.ts';
import { testSender } from './test-sender.ts';

testSender(rsyslog, { keepsBatches: false, repeatsAnew: true });
