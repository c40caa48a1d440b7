import { GenericError, MultipleErrors } from '@platformatic/kafka';
import { failure } from '../../commands/define-command/failures.ts';
import { InvalidConfig } from '../../lib/config.ts';
import { Unavailable } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/reason-of.ts';
import { QueryRefused } from '../clickhouse/client.ts';
import { CannotStart } from '../cannot-start.ts';
import { explain } from '../kafka/client/explain.ts';

/** Errors that an operator of the cluster form can do something about. */
export const operatorFailures = [
  failure(InvalidConfig),
  failure(CannotStart),
  failure(
    Unavailable,
    (error) =>
      `${reasonOf(error)} Check KAFKA_BROKERS, S3_ENDPOINT and CLICKHOUSE_URL, and run the command again.`,
  ),
  failure(QueryRefused),
  failure(GenericError, explain),
  failure(MultipleErrors, explain),
];
