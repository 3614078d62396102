#!/bin/sh
# Brings what Delineate needs onto this machine: Debian's ITK, DCMTK, zlib, libdeflate and OpenSSL (apt) and libtorch
# (the PyTorch wheel's headers and libraries, into .deps/torch; no Python at run time).
# Looks first: where everything is there, it takes well under a second.
#
#   Scripts/setup.sh            the CPU libraries
#   Scripts/setup.sh --cuda     and CUDA's, about 6 GB unpacked
#
#   TORCH_DIR=…        use the libtorch in this folder; nothing is downloaded
#   ITK_INCLUDE_DIR=…  use the ITK headers in this folder; ITK is not installed
#   TORCH_VARIANT=…    cpu (torch 2.13.0+cpu) or wheel (the ordinary wheel, its CPU half);
#                      by default cpu where pip finds it, else wheel
set -eu
cd "$(dirname "$0")/.."

version=2.13.0
python=3.11  # of the wheel; any will do, since its Python files stay packed
small_cuda="nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85"  # libtorch_cpu links these two
all_cuda="$small_cuda nvidia-cuda-nvrtc==13.0.88 nvidia-nvjitlink==13.0.88
  nvidia-cublas==13.1.1.3 nvidia-cufft==12.0.0.61 nvidia-cufile==1.15.1.6 nvidia-curand==10.4.0.35
  nvidia-cusolver==12.0.4.66 nvidia-cusparse==12.6.3.3 nvidia-cudnn-cu13==9.20.0.48
  nvidia-cusparselt-cu13==0.8.1 nvidia-nccl-cu13==2.29.7 nvidia-nvshmem-cu13==3.4.5"
packages="zlib1g-dev libdeflate-dev libssl-dev libdcmtk-dev elastix"
[ -n "${ITK_INCLUDE_DIR:-}" ] || packages="libinsighttoolkit5-dev $packages"
torch=${TORCH_DIR:-$PWD/.deps/torch}
variant=${TORCH_VARIANT:-}
[ "${1:-}" != --cuda ] || variant=cuda
downloads=.deps/download

stop() {
  echo "setup: $*" >&2
  exit 1
}

# The Swift compiler, 6.3 or later.
check_swift() {
  command -v swift >/dev/null || stop "no swift on the PATH; Swift 6.3 is needed (https://www.swift.org/install)."
  found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  case $found in
  [0-5].* | 6.[0-2]) stop "Swift $found is on the PATH; 6.3 or later is needed (https://www.swift.org/install)." ;;
  esac
}

# Prints those of the packages named that are not installed.
missing() {
  for package in "$@"; do
    case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
    *" installed") ;;
    *) echo "$package" ;;
    esac
  done
}

install() {
  if ! command -v dpkg-query >/dev/null; then
    [ -e "${ITK_INCLUDE_DIR:-/usr/include/ITK-5.2}/itkImageIOBase.h" ] ||
      stop "this is not Debian and ITK 5.2's headers are missing; install ITK and set ITK_INCLUDE_DIR."
    return 0
  fi
  # shellcheck disable=SC2046,SC2086
  set -- $(missing "$@")
  [ $# -gt 0 ] || return 0
  as_root=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || stop "these Debian packages are missing and there is no sudo to install them: $*."
    as_root="sudo"
  fi
  echo "Installing $* (apt) …"
  $as_root apt-get update -qq || stop "apt-get update failed; these packages are still missing: $*."
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
    stop "apt-get could not install: $*."
}

# Whether the folder holds the headers and libraries of the variant wanted, whole (a set-up of ours
# is renamed into place only when complete, so the version in the headers is proof enough).
torch_is_there() {
  header=$1/include/torch/headeronly/version.h
  [ -e "$1/lib/libtorch_cpu.so" ] && [ -e "$1/lib/libc10.so" ] && [ -e "$header" ] || return 1
  found=$(sed -n 's/^#define TORCH_VERSION_M[AI][JN]OR \([0-9]*\).*/\1/p' "$header" | tr '\n' .)
  case $found in 2.1[1-9]. | 2.[2-9][0-9].) ;; *) return 1 ;; esac
  [ -n "${TORCH_DIR:-}" ] && return 0
  [ "$found" = "${version%.*}." ] || return 1
  case $variant in
  "") return 0 ;;
  *) [ "$(cat "$1/VARIANT" 2>/dev/null)" = "$version $variant" ] ;;
  esac
}

# pip, whichever way it is installed.
pip() {
  if command -v pip3 >/dev/null; then pip3 "$@"; else python3 -m pip "$@"; fi
}

# Downloads wheels for the pinned Python, whatever Python runs here. A wheel already there is kept.
download() {
  machine=$(uname -m)
  # pip takes a platform by the letter: a newer one does not stand for the older ones.
  for libc in 28 27 26 25 24 23 22 21 20 19 18 17; do
    set -- "$@" --platform "manylinux_2_${libc}_$machine"
  done
  pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --dest "$downloads" \
    --python-version "$python" --platform "manylinux2014_$machine" "$@"
}

# unpack WHEEL FOLDER PATTERN…: the wheel's files that match, with unzip or else with Python.
unpack() {
  if command -v unzip >/dev/null; then
    wheel=$1 folder=$2
    shift 2
    unzip -q -o "$wheel" "$@" -d "$folder"
  else
    python3 -c 'import fnmatch, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wheel.extractall(sys.argv[2], [name for name in wheel.namelist()
                               if any(fnmatch.fnmatchcase(name, pattern) for pattern in sys.argv[3:])])' "$@"
  fi
}

fetch_torch() {
  command -v pip3 >/dev/null || python3 -m pip --version >/dev/null 2>&1 || install python3-pip
  mkdir -p "$downloads"
  echo "Fetching libtorch $version …"
  if [ -z "$variant" ]; then
    if download "torch==$version+cpu" 2>/dev/null; then variant=cpu; else variant=wheel; fi
  fi
  libraries="torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/lib/libgomp*"
  cuda=
  case $variant in
  cpu)
    wanted=torch==$version+cpu
    wheel="$downloads/torch-$version+cpu-*.whl"
    ;;
  wheel | cuda)
    wanted=torch===$version
    wheel="$downloads/torch-$version-*.whl"
    cuda=$small_cuda
    ;;
  *) stop "TORCH_VARIANT is «$variant»; expected cpu or wheel." ;;
  esac
  if [ "$variant" = cuda ]; then
    cuda=$all_cuda
    libraries="$libraries torch/lib/libtorch_cuda*.so torch/lib/libc10_cuda.so
      torch/lib/libtorch_nvshmem.so torch/lib/libcaffe2_nvrtc.so"
  fi
  # shellcheck disable=SC2086
  download "$wanted" $cuda || stop "pip could not download $wanted; run ./do setup again, or set TORCH_DIR."

  echo "Unpacking …"
  new=.deps/unpacking
  rm -rf "$new"
  mkdir -p "$new/lib"
  # shellcheck disable=SC2086
  (set -f && unpack "$(set +f && echo $wheel)" "$new" "torch/include/*" "*/licenses/LICENSE" $libraries)
  mv "$new"/torch/lib/* "$new/lib"
  mv "$new/torch/include" "$new/include"
  mv "$new"/torch-*/licenses/LICENSE "$new/LICENSE"
  if [ -n "$cuda" ]; then
    # Beside libtorch, where its own search path ($ORIGIN) finds them. Of the two small wheels, the
    # profiler's other libraries are never loaded.
    for part in "$downloads"/nvidia_*.whl; do unpack "$part" "$new" "nvidia/*/lib/*.so*"; done
    if [ "$variant" = wheel ]; then
      mv "$new"/nvidia/*/lib/libcudart.so.* "$new"/nvidia/*/lib/libcupti.so.* "$new/lib"
    else
      mv "$new"/nvidia/*/lib/*.so* "$new/lib"
    fi
  fi
  rm -rf "$new/torch" "$new"/torch-* "$new/nvidia" "$new/include/pybind11"
  echo "$version $variant" >"$new/VARIANT"
  rm -rf "$torch"
  mv "$new" "$torch"
  rm -rf "$downloads"
}

check_swift
# shellcheck disable=SC2086
install $packages
if ! torch_is_there "$torch"; then
  [ -z "${TORCH_DIR:-}" ] || stop "TORCH_DIR is $TORCH_DIR, which holds no libtorch 2.11 or later (include/ and lib/)."
  fetch_torch
  echo "libtorch $version is in $torch."
fi
