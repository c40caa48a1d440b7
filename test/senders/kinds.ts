import { join } from 'node:path';
import { installed, type SenderKind } from './sender.ts';

const unpacked = join(installed, 'syslog-ng');

export const telegraf: SenderKind = {
  name: 'Telegraf',
  page: 'telegraf.md',
  file: 'telegraf.toml',
  places: (directory) => ({ '/var/lib/telegraf/state': join(directory, 'state') }),
  command: (configuration) => [join(installed, 'bin/telegraf'), '--config', configuration],
};

export const benthos: SenderKind = {
  name: 'Benthos',
  page: 'benthos.md',
  file: 'benthos.yaml',
  command: (configuration) => [join(installed, 'bin/benthos'), '-c', configuration],
};

export const syslogNg: SenderKind = {
  name: 'syslog-ng',
  page: 'syslog-ng.md',
  file: 'syslog-ng.conf',
  // The package is unpacked, not installed, so its directories are given.
  command: (configuration, directory) => [
    join(unpacked, 'usr/sbin/syslog-ng'),
    '--foreground',
    '--no-caps',
    '--cfgfile',
    configuration,
    '--module-path',
    join(unpacked, 'usr/lib/syslog-ng/3.38'),
    '--pidfile',
    join(directory, 'pid'),
    '--persist-file',
    join(directory, 'persist'),
    '--control',
    join(directory, 'control'),
  ],
  env: { LD_LIBRARY_PATH: join(unpacked, 'usr/lib/syslog-ng') },
};

export const otelCollector: SenderKind = {
  name: 'OpenTelemetry Collector',
  page: 'opentelemetry-collector.md',
  file: 'otelcol.yaml',
  places: (directory) => ({ '/var/lib/otelcol': directory }),
  command: (configuration) => [join(installed, 'bin/otelcol'), '--config', configuration],
};

export const rsyslog: SenderKind = {
  name: 'rsyslog',
  page: 'rsyslog.md',
  file: 'rsyslog.conf',
  places: (directory) => ({
    '/var/spool/rsyslog': directory,
    '/var/log/rsyslog-rejected': join(directory, 'rejected'),
  }),
  command: (configuration, directory) => [
    'rsyslogd',
    '-n',
    '-f',
    configuration,
    '-i',
    join(directory, 'pid'),
  ],
};
