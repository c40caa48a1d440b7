import { Unavailable } from '../lib/errors.ts';

/** The identity of the caller, as AWS knows it. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly region: string;
}

/**
 * Asks AWS for the identity that the credentials of the environment belong to.
 * @throws Unavailable  AWS cannot be reached, or refuses
 */
export async function callerIdentity(): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined || Arn === undefined) throw new Error('the answer has no account');
    return { account: Account, arn: Arn, region: await client.config.region() };
  } catch (cause) {
    throw new Unavailable(
      'AWS did not return the account of these credentials. Name the bucket in BUCKET_NAME.',
      {
        cause,
      },
    );
  } finally {
    client.destroy();
  }
}
