import { createServer } from 'node:http';
import { listen, type RunningServer } from './running-server.ts';

/**
 * Starts a server that names the account, as STS does:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function startIdentityServer(account: string): Promise<RunningServer> {
  const result =
    `<GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/somebody</Arn>` +
    `<UserId>AIDACKCEVSQ6C2EXAMPLE</UserId><Account>${account}</Account></GetCallerIdentityResult>`;
  return listen(
    createServer((message, response) => {
      message.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/xml' });
        response.end(
          `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetCallerIdentityResponse>`,
        );
      });
    }),
  );
}
