import { GenericError, MultipleErrors } from '@platformatic/kafka';
import { failure } from '../../commands/define-command/failures.ts';
import { InvalidConfig } from '../../lib/config.ts';
import { Unavailable } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import { CannotStart } from '../cannot-start.ts';
import { explain } from '../kafka/client/explain.ts';

/** Errors that an operator of the cluster form can do something about. */
export const operatorFailures = [
  failure(InvalidConfig),
  failure(CannotStart),
  failure(
    Unavailable,
    (error) => `${reasonOf(error)} Check KAFKA_BROKERS and S3_ENDPOINT, and run the command again.`,
  ),
  failure(GenericError, explain),
  failure(MultipleErrors, explain),
];
