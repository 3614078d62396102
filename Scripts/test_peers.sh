#!/bin/sh
# The programs that tests speak with over the network or check files with: DCMTK's own and dicom3tools (apt), and
# Orthanc, unpacked into .deps/orthanc: installed by apt it would start a server on this machine, and here none runs
# but while a test does. Where one cannot be had, one line says so and its tests are skipped.
#
#   ORTHANC=program    use this Orthanc; none is fetched
set -eu
cd "$(dirname "$0")/.."
place=.deps/orthanc

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null || exit 0

there() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

tools=
for package in dcmtk dicom3tools; do there "$package" || tools="$tools $package"; done
if [ -n "$tools" ]; then
  as_root=
  [ "$(id -u)" = 0 ] || as_root="sudo -n"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $tools >/dev/null 2>&1 ||
    echo "test peers: apt could not install$tools; tests that need it are skipped."
fi

if [ -n "${ORTHANC:-}" ] || [ -x /usr/sbin/Orthanc ] || [ -x "$place/orthanc" ]; then exit 0; fi
# What apt would install: Orthanc and those libraries of it that are not here.
packages=$(apt-get install -s --no-install-recommends orthanc 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p')
new=$place.unpacking
rm -rf "$new"
mkdir -p "$new/packages"
# shellcheck disable=SC2086
if [ -z "$packages" ] || ! (cd "$new/packages" && apt-get download -qq $packages >/dev/null 2>&1); then
  rm -rf "$new"
  echo "test peers: apt has no orthanc here; the round trip with it is skipped."
  exit 0
fi
for package in "$new"/packages/*.deb; do dpkg-deb -x "$package" "$new"; done
rm -rf "$new/packages"
cat >"$new/orthanc" <<'END'
#!/bin/sh
place=$(cd "$(dirname "$0")" && pwd)
LD_LIBRARY_PATH=$(echo "$place"/usr/lib/*-linux-gnu) exec "$place/usr/sbin/Orthanc" "$@"
END
chmod +x "$new/orthanc"
rm -rf "$place"
mv "$new" "$place"
echo "test peers: Orthanc is in $place."
