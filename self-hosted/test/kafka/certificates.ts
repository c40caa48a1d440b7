import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Paths of a certificate, its key, and both in one file. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly bothFile: string;
}

/** An authority that signs certificates for a test. */
export interface Authority {
  readonly caFile: string;
  /** Makes a certificate for `localhost`, also as a client's. */
  issue(name: string): Promise<Certificate>;
}

const run = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** Makes an authority with openssl, with its files in a directory. */
export async function createAuthority(name: string, directory: string): Promise<Authority> {
  const path = (file: string) => join(directory, `${name}-${file}`);
  const [caFile, caKey] = [path('ca.pem'), path('ca-key.pem')];
  await run('openssl', ['req', '-x509', ...newKey, '-subj', `/CN=${name}`, '-keyout', caKey, '-out', caFile]);
  return {
    caFile,
    async issue(own) {
      const [certFile, keyFile, bothFile] = [
        path(`${own}.pem`),
        path(`${own}-key.pem`),
        path(`${own}-both.pem`),
      ];
      const subject = ['-subj', `/CN=${own}`, '-addext', 'subjectAltName=DNS:localhost'];
      const signedBy = ['-CA', caFile, '-CAkey', caKey, '-addext', 'basicConstraints=critical,CA:FALSE'];
      const args = ['req', '-x509', ...newKey, ...subject, ...signedBy, '-keyout', keyFile];
      const { stdout: cert } = await run('openssl', args);
      const { stdout: key } = await run('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', keyFile]);
      await writeFile(certFile, cert);
      await writeFile(bothFile, key + cert);
      return { certFile, keyFile, bothFile };
    },
  };
}
