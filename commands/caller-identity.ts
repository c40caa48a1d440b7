import { Unavailable } from '../lib/errors.ts';

/** Whom AWS takes the caller for. */
export interface CallerIdentity {
  readonly account: string;
  readonly arn: string;
  readonly region: string;
}

/**
 * Asks AWS who the caller is, by the credentials of the environment.
 * @throws Unavailable  AWS cannot be asked
 */
export async function callerIdentity(): Promise<CallerIdentity> {
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({});
  try {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined || Arn === undefined) throw new Error('it gave no account');
    return { account: Account, arn: Arn, region: await client.config.region() };
  } catch (cause) {
    throw new Unavailable('AWS does not say whose account it is; BUCKET_NAME can name the bucket.', {
      cause,
    });
  } finally {
    client.destroy();
  }
}
