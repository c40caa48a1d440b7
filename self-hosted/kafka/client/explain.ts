import { AuthenticationError } from '@platformatic/kafka';
import { Unavailable } from '../../../lib/errors.ts';

/**
 * Says why Kafka refused or did not answer, and which variables to check. The client wraps the error of a broker or of
 * the system in the errors of its attempts.
 */
export function explain(error: unknown): string {
  const chain = [...reasonsIn(error)];
  for (const each of chain) {
    const advice = adviceFor(each);
    if (advice !== undefined) return advice;
  }
  const deepest = chain.at(-1);
  const reason = deepest === undefined ? String(error) : deepest.message.replace(/\.$/, '');
  return `Kafka refused or did not answer: ${reason}. Check KAFKA_BROKERS.`;
}

/** Creates the error for something that Kafka cannot do now; its cause has the explanation. */
export function kafkaUnavailable(message: string, cause: unknown): Unavailable {
  if (cause instanceof Unavailable) return cause;
  return new Unavailable(message, { cause: new Error(explain(cause), { cause }) });
}

/** Yields an error and its causes; of several attempts, the first. */
function* reasonsIn(error: unknown): Generator<Error> {
  for (let each = error; each instanceof Error;) {
    yield each;
    each = each instanceof AggregateError ? (each.errors as readonly unknown[])[0] : each.cause;
  }
}

/** Codes of Node.js for a certificate that it does not accept. */
const certificateCodes = /^(?:UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_|CERT_|ERR_TLS_CERT)/;

function adviceFor(error: Error): string | undefined {
  const { message } = error;
  const code = 'code' in error ? String(error.code) : '';
  if (error instanceof AuthenticationError) {
    return /mechanism/.test(message)
      ? 'Kafka does not accept these credentials at this address. Check KAFKA_SASL_MECHANISM, KAFKA_TLS, and the port in KAFKA_BROKERS.'
      : 'Kafka refused the credentials. Check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM.';
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `The certificate of Kafka is for another name: ${message} Check KAFKA_BROKERS, and the addresses that the brokers announce.`;
  }
  if (certificateCodes.test(code)) {
    return `The certificate of Kafka is not trusted (${code}). Check KAFKA_CA_FILE.`;
  }
  if (/TLS handshake failed/.test(message)) {
    return 'Kafka does not encrypt at this address. Check KAFKA_TLS, and the port in KAFKA_BROKERS.';
  }
  if (/requires TLS/.test(message)) return 'Kafka takes only encrypted connections. Set KAFKA_TLS=true.';
  if (message === 'Connection closed') {
    return (
      'Kafka closed the connection. Check whether it runs, and whether it asks for encryption (KAFKA_TLS), a certificate ' +
      '(KAFKA_CERT_FILE) or credentials (KAFKA_SASL_MECHANISM).'
    );
  }
  return undefined;
}
