#!/bin/sh
# Makes generated/ anew from wit/. Authors need not run it: its output is committed.
# Needs `cargo install wit-bindgen-cli --version 0.63.0` and Python 3.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/generated
wit-bindgen c "$here/../../wit" --world live-component --out-dir "$out"
python3 "$here/generate_type.py" "$out/live_component_component_type.o" > "$out/component_type.c"
rm "$out/live_component_component_type.o"
