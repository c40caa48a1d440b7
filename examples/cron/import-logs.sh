#!/usr/bin/env bash
# Ships rotated logs, for cron. Prints nothing unless something needs attention, so that cron sends mail only then.
#
#   import-logs.sh <customer> <log> ...
#
# Run it as often as you like: nothing counts twice. Set LOG_URL, and LOG_HEADERS for an API key, in the crontab.
set -euo pipefail

customer=$1
shift
logs=()
for log in "$@"; do
  # A pattern that matches nothing reaches us as it is.
  [ ! -e "$log" ] || logs+=("$(realpath "$log")")
done
[ ${#logs[@]} -gt 0 ] || exit 0

# Two imports at a time would do no harm, only twice the work.
exec 9> "${TMPDIR:-/tmp}/import-logs-$customer.lock"
flock --nonblock --conflict-exit-code 75 9 || { [ $? -eq 75 ] && exit 0; exit 1; }

cd "$(dirname "$(realpath "$0")")/../.."
status=0
output=$(npm run --silent ship -- --customer "$customer" "${logs[@]}" 2>&1) || status=$?
[ "$status" -eq 0 ] || printf '%s\n' "$output"
exit "$status"
