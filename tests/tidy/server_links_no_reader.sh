#!/bin/sh
# Proves that a program can read no case: it defines no symbol that the given archives define, and
# uses no decrypting primitive of libsodium.
#   server_links_no_reader.sh PROGRAM [ARCHIVE...]
set -eu
program=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
nm -C "$program" > "$work/all"
nm -C --defined-only "$program" | sed 's/^[0-9a-f]* *//' > "$work/defined"

# Without these the program was stripped, or is not the server, and the rest proves nothing.
for needed in 'sacoche::VerifyManifest' 'sacoche::VerifyRequest' crypto_sign_verify_detached; do
  if ! grep -q "$needed" "$work/all"; then
    echo "$program has no symbol $needed: it cannot be judged" >&2
    exit 2
  fi
done

if grep -E 'crypto_(box|aead|secretbox|secretstream|stream_xchacha20|pwhash|kx|scalarmult)' \
    "$work/all" >&2; then
  echo "$program uses a primitive that opens sealed bytes" >&2
  exit 1
fi

# Strong symbols of the project only: an inline function of a shared header may be anywhere.
for archive in "$@"; do
  nm -C --defined-only "$archive" 2> /dev/null | sed -n 's/^[0-9a-f]* \(T\) \(sacoche::.*\)/\1 \2/p' |
    sort -u > "$work/room"
  if [ ! -s "$work/room" ]; then
    echo "$archive defines nothing: it cannot be compared" >&2
    exit 2
  fi
  if grep -Fx -f "$work/room" "$work/defined" >&2; then
    echo "$program contains what $archive defines" >&2
    exit 1
  fi
done
echo "$program: $(grep -c ' T sacoche::' "$work/all") functions of the project, none that reads"
