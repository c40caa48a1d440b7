import { connect } from 'node:net';

/** An answer as it came over the socket. */
export interface RawAnswer {
  /** 0 if the connection was closed without an answer. */
  readonly status: number;
  /** Names in lower case; a header that came twice has both values. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends lines of text to a server unchanged, which no client would, and resolves when it has closed the connection.
 */
export function sendRaw(url: URL, lines: readonly string[], body = ''): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: url.hostname, port: Number(url.port) });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(parseAnswer(Buffer.concat(chunks).toString())));
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
  });
}

/** Parses the last answer, which others such as `100 Continue` may precede. */
function parseAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.replace(/^HTTP\/1\.1 1\d\d [^]*?\r\n\r\n/, '').split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', ...value] = line.toLowerCase().split(': ');
    headers[name] = name in headers ? `${headers[name]}, ${value.join(': ')}` : value.join(': ');
  }
  return { status: Number(statusLine.split(' ')[1] ?? 0), headers, body: rest.join('\r\n\r\n') };
}
