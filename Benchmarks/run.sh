#!/bin/sh
# Every measurement, one after the other; see Benchmarks/README.md.
#
#   Benchmarks/run.sh [--only small|resenc|agreement|network|export|metrics] [OPTION OF THAT SCRIPT …]
set -eu
cd "$(dirname "$0")"
only=all
if [ "${1:-}" = --only ]; then
  only=${2:?--only small, resenc, agreement, network, export or metrics}
  shift 2
fi
./setup.sh
PEERS=${PEERS:-$PWD/../.deps/peers}
export PEERS
python=$PEERS/bin/python
[ "$only" = metrics ] || "$python" make_scan.py

compare() { "$python" make_models.py --only "$1" && "$python" compare_speed.py --only "$@"; }
network() { "$python" make_models.py --only resenc && "$python" network_speed.py "$@"; }
export_() { "$python" make_models.py --only small && "$python" export_speed.py "$@"; }

case $only in
all)
  "$python" agreement.py
  "$python" metrics.py
  compare small
  export_
  network
  compare resenc
  ;;
small | resenc) compare "$only" "$@" ;;
agreement) "$python" agreement.py "$@" ;;
network) network "$@" ;;
export) export_ "$@" ;;
metrics) "$python" metrics.py "$@" ;;
*)
  echo "bench: there is no measurement «$only»; it is small, resenc, agreement, network, export or metrics." >&2
  exit 64
  ;;
esac
