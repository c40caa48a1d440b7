#!/usr/bin/env bash
# Installs the programs that `npm run test:real` needs, by name, on Debian: those that are missing.
set -euo pipefail

missing=()
for program in curl gzip brotli chromium prometheus strace; do
  command -v "$program" > /dev/null || missing+=("$program")
done
[ ${#missing[@]} -eq 0 ] && exit 0

echo "Installing ${missing[*]} …"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
