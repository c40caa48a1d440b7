#!/usr/bin/env bash
# Installs the programs that `npm run test:senders` sends with, beside what npm has installed: those written in Go are
# built, the others come from Debian. It installs only what is missing.
set -euo pipefail
cd "$(dirname "$0")"

telegraf_version=v1.37.2
cache=$(cd ../.. && pwd)/node_modules/.cache/senders
mkdir -p "$cache/bin"

if ! command -v go > /dev/null; then
  echo 'The senders written in Go are built here: install Go 1.26 or newer (https://go.dev/doc/install), and run this again.' >&2
  exit 1
fi

# syslog-ng and rsyslog exclude each other as packages, so syslog-ng is only unpacked, and its libraries are installed.
missing=()
for package in rsyslog rsyslog-elasticsearch libcap2 libcurl4 libglib2.0-0 libivykis0 libjson-c5 libnet1 libpcre3 libwrap0; do
  dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package")
done
[ -x "$cache/syslog-ng/usr/sbin/syslog-ng" ] || missing+=(syslog-ng)
if [ ${#missing[@]} -ne 0 ]; then
  echo "Installing ${missing[*]} …"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  install=()
  for package in "${missing[@]}"; do [ "$package" = syslog-ng ] || install+=("$package"); done
  if [ ${#install[@]} -ne 0 ]; then
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${install[@]}"
  fi
  rm -rf "$cache/debs" "$cache/syslog-ng.new"
  mkdir "$cache/debs"
  (cd "$cache/debs" && apt-get download -qq syslog-ng-core syslog-ng-mod-http)
  for package in "$cache"/debs/*.deb; do dpkg -x "$package" "$cache/syslog-ng.new"; done
  rm -rf "$cache/syslog-ng" "$cache/debs"
  mv "$cache/syslog-ng.new" "$cache/syslog-ng"
fi

for program in otelcol benthos; do
  sources=$(cat "programs/$program"/*)
  if [ ! -x "$cache/bin/$program" ] || [ "$sources" != "$(cat "$cache/bin/$program.sources" 2> /dev/null)" ]; then
    echo "Building $program …"
    (cd "programs/$program" && go build -o "$cache/bin/$program" .)
    echo "$sources" > "$cache/bin/$program.sources" # last: what was not built to its end is built anew
  fi
done

if [ ! -x "$cache/bin/telegraf-$telegraf_version" ]; then
  echo "Building telegraf $telegraf_version …"
  sources=$(go mod download -json "github.com/influxdata/telegraf@$telegraf_version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  tags=custom,inputs.tail,outputs.http,parsers.grok,serializers.json
  (cd "$sources" && go build -tags "$tags" -o "$cache/bin/telegraf" ./cmd/telegraf)
  cp "$cache/bin/telegraf" "$cache/bin/telegraf-$telegraf_version"
fi
