#!/bin/sh
# Assembles every .wat here with wabt 1.0.39 (npm package "wabt"), whose wat2wasm must be in PATH.
set -e
cd "$(dirname "$0")"
for text in *.wat; do
  wat2wasm --enable-memory64 --debug-names "$text" -o "${text%.wat}.wasm"
done
