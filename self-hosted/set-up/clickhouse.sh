#!/usr/bin/env bash
# Installs the engine of ClickHouse for `npm run cluster -- --clickhouse` and its tests, if it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

chdb_version=26.9.0 # the engine of ClickHouse 26.9
cache=$(cd .. && pwd)/node_modules/.cache/cluster

if [ "$(cat "$cache/clickhouse/version" 2> /dev/null)" = "$chdb_version" ]; then exit 0; fi
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2> /dev/null; then
  echo 'ClickHouse on this machine needs Python 3.9 or newer with its venv module (Debian and Ubuntu: apt-get install python3-venv). Install it, and run this again.' >&2
  exit 1
fi
echo "Downloading ClickHouse's engine, chdb-core $chdb_version, with pip (180 MB) …"
rm -rf "$cache/clickhouse"
python3 -m venv "$cache/clickhouse"
# Its dependencies are for Python programs that read results as tables.
"$cache/clickhouse/bin/pip" install --quiet --disable-pip-version-check --no-deps "chdb-core==$chdb_version"
echo "$chdb_version" > "$cache/clickhouse/version" # last, so that an unfinished installation is repeated
