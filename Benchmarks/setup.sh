#!/bin/sh
# The Python programs that Delineate is measured against, in a virtual environment of their own under
# .deps/peers (2 to 6 GB); Delineate itself needs none of them. PEERS=… names another environment.
set -eu
cd "$(dirname "$0")/.."
peers=${PEERS:-.deps/peers}
# torchvision comes with nnU-Net's networks; unpinned it would bring a newer torch.
pinned="torch==2.13.0 torchvision==0.28.0 nnunetv2==2.8.1 dynamic_network_architectures==0.4.4
  SimpleITK==2.5.7 numpy==2.4.6 scipy==1.17.1 onnx==1.23.2 onnxruntime==1.31.1 openvino==2026.4.1
  surface-distance==0.1 MedPy==0.5.2"
stamp=$peers/delineate-peers.txt

[ "$(cat "$stamp" 2>/dev/null)" != "$pinned" ] || exit 0
if [ -n "${PEERS:-}" ] && [ -x "$peers/bin/nnUNetv2_predict_from_modelfolder" ]; then exit 0; fi
command -v python3 >/dev/null || {
  echo "Benchmarks/setup.sh: python3 is missing (3.11 or later, with venv: apt-get install python3-venv)." >&2
  exit 1
}
echo "Installing the peers into $peers …"
[ -x "$peers/bin/pip" ] || python3 -m venv "$peers"
# The CPU build of torch where pip finds one, else the ordinary wheel (which brings CUDA's libraries).
"$peers/bin/pip" install --quiet torch==2.13.0+cpu 2>/dev/null || true
# shellcheck disable=SC2086
"$peers/bin/pip" install --quiet $pinned
printf '%s' "$pinned" >"$stamp"
