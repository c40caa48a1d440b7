#!/usr/bin/env bash
# Installs Flink for `npm run cluster -- --flink` and its tests, and builds the job. It installs only what is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

flink_version=2.2.1
cache=$(cd .. && pwd)/node_modules/.cache/cluster

missing=()
needs() { # needs PROGRAM HOW_TO_GET_IT
  command -v "$1" > /dev/null || missing+=("  $1: $2")
}
needs mvn 'Maven (Debian and Ubuntu: apt-get install maven; macOS: brew install maven)'
needs javac 'a JDK 17 or newer (Debian and Ubuntu: apt-get install openjdk-17-jdk-headless; macOS: brew install openjdk)'
if [ ! -d "$cache/flink-$flink_version" ]; then
  needs python3 'Python 3 with pip (Debian and Ubuntu: apt-get install python3-pip; macOS: brew install python)'
  if command -v python3 > /dev/null && ! python3 -m pip --version > /dev/null 2>&1; then
    missing+=('  pip: the installer of Python packages (Debian and Ubuntu: apt-get install python3-pip)')
  fi
fi
if [ ${#missing[@]} -ne 0 ]; then
  printf 'Flink needs programs that this machine does not have:\n' >&2
  printf '%s\n' "${missing[@]}" >&2
  echo 'Install them, and run this again.' >&2
  exit 1
fi

if [ ! -d "$cache/flink-$flink_version" ]; then
  # The package of Flink's libraries for Python is the only one that has its runtime as jars.
  echo "Downloading Flink $flink_version with pip (312 MB) …"
  new="$cache/flink.new"
  rm -rf "$new"
  mkdir -p "$new/lib" "$new/plugins"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest "$new" "apache-flink-libraries==$flink_version"
  tar -xzf "$new/apache_flink_libraries-$flink_version.tar.gz" -C "$new"
  deps="$new/apache_flink_libraries-$flink_version/deps"
  mv "$deps/lib/flink-dist-$flink_version.jar" "$deps"/lib/log4j-*.jar "$new/lib"
  mv "$deps/plugins/metrics-prometheus" "$new/plugins"
  rm -rf "$new/apache_flink_libraries-$flink_version" "$new/apache_flink_libraries-$flink_version.tar.gz"
  mv "$new" "$cache/flink-$flink_version" # last, so that an unfinished installation is repeated
fi

bash ../deploy/flink/build.sh
