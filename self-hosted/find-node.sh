#!/usr/bin/env bash
# Prints the path of a Node.js that is new enough for the Kafka client and strips types by itself: the installed one, or
# the one of set-up.sh; "none" if there is neither.
set -euo pipefail
cd "$(dirname "$0")"

runs() {
  "$1" -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit((major === 22 && minor >= 22) || (major === 24 && minor >= 6) || major > 24 ? 0 : 1)' 2> /dev/null
}
for node in "$(command -v node)" "$(cd .. && pwd)/node_modules/.cache/cluster/node/bin/node"; do
  if runs "$node"; then
    echo "$node"
    exit
  fi
done
echo none
