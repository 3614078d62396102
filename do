#!/bin/sh
# Everything one does with Delineate; `./do help` lists it.
set -eu
cd "$(dirname "$0")"

# One set of flags for every build, so that no verb undoes another's work.
build_flags="-c release --explicit-target-dependency-import-check error"
delineate=.build/release/delineate
data=${DELINEATE_DATA:-../shared/data}

## setup [--cuda]   brings the libraries onto this machine (under a second once they are there)
setup() { Scripts/setup.sh "$@"; }

## build            builds the command line, .build/release/delineate
build() {
  setup
  swift build $build_flags --product delineate
}

## test [FILTER]    runs the tests (release), all of them or those whose names match; fetches DICOM peers for them
test() {
  setup
  Scripts/test_peers.sh
  swift test $build_flags --disable-testable-imports --disable-xctest ${1:+--filter "$1"}
}

## lint             checks form, rungs and declared imports
lint() {
  setup
  swift format lint --strict --parallel --recursive Sources Tests Package.swift
  layers
  swift build $build_flags --build-tests
}

## layers           compares the targets' imports with the ladder in Documentation/Architecture.md
layers() { Scripts/layers; }

## format           rewrites the Swift files in the project's form
format() { swift format --in-place --parallel --recursive Sources Tests Package.swift; }

## demo             segments a drawn phantom patient (and a real one where ../shared/data is)
demo() {
  build
  Scripts/demo.sh "$delineate" "$data"
}

## bench [--only …] measures Delineate beside nnU-Net and others (see Benchmarks/README.md)
bench() {
  build
  Benchmarks/run.sh "$@"
}

## docs             builds the reference documentation of all rooms into .build/docs
docs() {
  setup
  Scripts/docs.sh
}

## check            what CI runs: set-up, lint, build, tests
check() {
  setup
  lint
  build
  test
}

## clean            removes what was built (not the libraries in .deps)
clean() { rm -rf .build demo; }

## help             prints this list
help() {
  echo "Usage: ./do VERB"
  sed -n 's/^## /  /p' "$0"
}

verb=${1:-help}
[ $# -eq 0 ] || shift
case $verb in
setup | build | test | lint | layers | format | demo | bench | docs | check | clean | help) "$verb" "$@" ;;
-h | --help) help ;;
*)
  echo "do: there is no verb «$verb»." >&2
  help >&2
  exit 64
  ;;
esac
