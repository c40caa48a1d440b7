#!/usr/bin/env bash
# Tests and builds the job: target/aggregate-job.jar, with the versions of pom.xml. It does nothing if the jar is newer than
# its sources.
set -euo pipefail
cd "$(dirname "$0")"

jar=target/aggregate-job.jar
if [ -f "$jar" ] && [ -z "$(find pom.xml src -newer "$jar" -type f | head -n 1)" ]; then exit 0; fi
echo 'Testing and building the Flink job with Maven …'
mvn --quiet --batch-mode -Dstyle.color=never package
