import { GenericError, MultipleErrors } from '@platformatic/kafka';
import { failure } from '../../commands/define-command/failures.ts';
import { InvalidConfig } from '../../lib/config.ts';
import { Unavailable } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import { CannotStart } from '../cannot-start.ts';

/** Errors that an operator of the cluster form can do something about. */
export const operatorFailures = [
  failure(InvalidConfig),
  failure(CannotStart),
  failure(
    Unavailable,
    (error) => `${reasonOf(error)} Check KAFKA_BROKERS and S3_ENDPOINT, and run the command again.`,
  ),
  failure(GenericError, describeKafka),
  failure(MultipleErrors, describeKafka),
];

function describeKafka(error: Error): string {
  return `Kafka refused or did not answer: ${deepestReason(error).replace(/\.$/, '')}. Check KAFKA_BROKERS.`;
}

/** Returns what a broker or the system says, inside of the attempts that the client has made. */
function deepestReason(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [error.cause];
  return first instanceof Error ? deepestReason(first) : error.message;
}
