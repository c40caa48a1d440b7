import { describeAlerts } from './template/alerts.ts';
import { describeAssumptions } from './template/assumptions.ts';
import { describeBucket } from './template/bucket.ts';
import { describeFailures } from './template/failures.ts';
import { describeFunctions } from './template/functions.ts';
import { describeHttpApi } from './template/http-api.ts';
import { packageForAllTests } from './template/packages.ts';
import { describeRoles } from './template/roles.ts';

// One test file for all of them: packaging the service takes seconds, and they share two packages.
packageForAllTests();
describeFunctions();
describeRoles();
describeHttpApi();
describeBucket();
describeFailures();
describeAlerts();
describeAssumptions();
