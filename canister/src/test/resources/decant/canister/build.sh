#!/bin/sh
# Assembles every .wat here with wabt 1.0.39 (npm package "wabt"), whose wat2wasm must be in PATH, and compiles the .c
# with clang 14 and wasm-ld 14.
#
#   build.sh        everything
#   build.sh --c    what is in C only
set -e
cd "$(dirname "$0")"

c() { # SOURCE MODULE FLAG...
  source=$1 module=$2
  shift 2
  clang-14 --target=wasm32 -O2 -ffreestanding -Wall -Wextra -Werror -I ../../../../../../examples \
    -Wl,--no-entry,--stack-first,-z,stack-size=65536 -nostdlib "$@" "$source.c" -o "$module.wasm"
  chmod -x "$module.wasm"
}
c greedy greedy
c greedy greedy-repaired -DREPAIRED -Wl,--emit-relocs
[ "${1:-}" != --c ] || exit 0

for text in *.wat; do
  wat2wasm --enable-memory64 --debug-names "$text" -o "${text%.wat}.wasm"
done
