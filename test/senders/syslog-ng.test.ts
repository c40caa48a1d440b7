import { syslogNg } from './kinds.ts';
import { testSender } from './test-sender.ts';

testSender(syslogNg, { keepsBatches: false });
