#!/bin/sh
# Builds the reference documentation of every room into .build/docs/Delineate.doccarchive, without a
# plugin: the compiler writes symbol graphs, docc turns them into pages.
set -eu
cd "$(dirname "$0")/.."

docc=$(command -v docc) || {
  echo "docs: docc is missing; it comes with Swift's toolchain (usr/bin/docc), which has to be on the PATH." >&2
  exit 1
}
swift package -c release dump-symbol-graph --minimum-access-level public --skip-synthesized-members >/dev/null
graphs=.build/docs/graphs
rm -rf .build/docs
mkdir -p "$graphs"
# The rooms only: no tests, no C modules, no packages of others.
for room in Sources/*/; do
  room=$(basename "$room")
  case $room in C[A-Z]* | TestSupport) continue ;; esac
  cp .build/*/symbolgraph/"$room".symbols.json .build/*/symbolgraph/"$room"@*.symbols.json "$graphs" 2>/dev/null || true
done
"$docc" convert --fallback-display-name Delineate --fallback-bundle-identifier delineate \
  --additional-symbol-graph-dir "$graphs" --output-path .build/docs/Delineate.doccarchive
echo "$PWD/.build/docs/Delineate.doccarchive"
