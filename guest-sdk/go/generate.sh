#!/bin/sh
# Makes internal/wit and internal/exports anew from wit/. Authors need not run it: its output is committed.
# Needs `cargo install wit-bindgen-cli --version 0.63.0`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$here/internal
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wit-bindgen go "$here/../../wit" --world live-component --out-dir "$work"
# The generated program becomes packages of this module.
find "$work" -name '*.go' -exec sed -i \
  -e 's#"wit_component/export_liveside_component_component"#export_liveside_component_component "liveside/internal/entry"#' \
  -e 's#"wit_component/#"liveside/internal/wit/#' \
  -e 's#"go.bytecodealliance.org/pkg/wit/#"liveside/internal/pkg/#' {} +
rm -rf "$out/wit" "$out/exports"
mkdir -p "$out/wit" "$out/exports"
sed -e 's/^package main/package exports/' -e '/^func main() {}/d' "$work/wit_exports.go" > "$out/exports/exports_wasip1.go"
rm "$work/wit_exports.go" "$work/go.mod"
for each in "$work"/*/; do mv "$each" "$out/wit/"; done
GOTOOLCHAIN=local gofmt -w "$out/wit" "$out/exports" 2> /dev/null || true
