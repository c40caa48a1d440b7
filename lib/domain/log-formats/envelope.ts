import { instantOf } from './instant.ts';

/** A line within another one. */
export interface Envelope {
  readonly line: string;
  /** The time at which the line was written, as the envelope has it. */
  readonly at: string | undefined;
  /** True if the line is only a part of a longer one. */
  readonly isPart?: boolean;
}

const cri =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(?:Z|[+-]\d\d:\d\d)) (?:stdout|stderr) ([FP])(?::\w+)* /;
/** RFC 5424: priority, version, time, host, program, process, message id, structured data. */
const syslog5424 =
  /^<\d{1,3}>\d{1,2} (\S{1,40}) \S{1,255} \S{1,48} \S{1,128} \S{1,32} (?:-|(?:\[[^\]]*\])+) ?(?:BOM|\ufeff)?/;
/** RFC 3164 and what rsyslog, journalctl and others write: time, host, program. */
const syslog3164 =
  /^(?:<\d{1,3}>)?(?:([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d+)?|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)))(?: \S{1,255}(?<!:))? [\w./-]{1,64}(?:\[[\w.-]{1,32}\])?: /;
const compose = /^[\w.-]{1,64} +\| /;
const kubectl = /^\[?pod\/[\w./-]{1,255}\]? /;
const dockerTime = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) /;

/** Returns the line within an envelope of plain text: of a container's log (CRI, docker, kubectl), or of syslog. */
export function openEnvelope(line: string): Envelope | undefined {
  const first = line.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  const isDated = isDigit && line[4] === '-';
  if (isDated) {
    const ofCri = cri.exec(line);
    if (ofCri !== null) {
      return { line: line.slice(ofCri[0].length), at: ofCri[1], isPart: ofCri[2] === 'P' };
    }
  }
  if (line.startsWith('<') || isDated || (line[3] === ' ' && first >= 0x41 && first <= 0x5a)) {
    const match = syslog5424.exec(line) ?? syslog3164.exec(line);
    if (match !== null) {
      return { line: line.slice(match[0].length), at: instantOf(match[2] ?? match[1] ?? '') };
    }
  }
  const mayBeNamed = line.slice(0, 70).includes(' | ') || line.startsWith('pod/') || line.startsWith('[pod/');
  const prefix = mayBeNamed
    ? (compose.exec(line) ?? kubectl.exec(line))
    : isDated
      ? dockerTime.exec(line)
      : null;
  return prefix === null
    ? undefined
    : { line: line.slice(prefix[0].length), at: prefix[1] === undefined ? undefined : instantOf(prefix[1]) };
}
