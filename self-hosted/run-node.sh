#!/usr/bin/env bash
# Runs a Node.js that the Kafka client works with: run-node.sh FILE [ARGUMENT]...
set -euo pipefail
node=$(bash "$(dirname "$0")/find-node.sh")
if [ "$node" = none ]; then
  echo "The Kafka client needs Node.js 24.6 or newer, but this is $(node --version). Install one with: bash self-hosted/set-up.sh" >&2
  exit 1
fi
exec "$node" "$@"
