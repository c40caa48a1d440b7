#!/usr/bin/env bash
# Installs the programs that `npm run test:real` needs, by name: those that are missing, on Debian, and those that are
# written in Python into an environment of their own, beside what npm has installed.
set -euo pipefail
cd "$(dirname "$0")"

missing=()
for program in curl gzip brotli chromium nginx prometheus strace python3; do
  command -v "$program" > /dev/null || missing+=("$program")
done
python3 -c 'import ensurepip' 2> /dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -ne 0 ]; then
  echo "Installing ${missing[*]} …"
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi

environment=../../node_modules/.cache/test-real
if ! cmp -s requirements.txt "$environment/requirements.txt"; then
  echo "Installing $(tr '\n' ' ' < requirements.txt)…"
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt
  cp requirements.txt "$environment/requirements.txt" # last: half an environment is made anew
fi
