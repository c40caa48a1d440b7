import protobuf from 'protobufjs';

const { root } = protobuf.parse(`syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; }
  message Entry { Timestamp timestamp = 1; string line = 2; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }`);
const type = root.lookupType('PushRequest');

/** Returns a push of Loki in protobuf, by an encoder that is not the pipeline's. */
export function pushInProtobuf(lines: readonly string[]): Buffer {
  const entries = lines.map((text) => ({ timestamp: { seconds: 1_766_944_987 }, line: text }));
  return Buffer.from(
    type.encode(type.fromObject({ streams: [{ labels: '{job="nginx"}', entries }] })).finish(),
  );
}
