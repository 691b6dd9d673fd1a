# Sourced by quickstart.sh and test.sh: system packages, and what both know about the machine.
# Needs apt (Debian 12, Ubuntu 24.04). Elsewhere it names the packages and goes on: they may be there under other names.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=${OSCOPE_JOBS:-$(nproc)}

say() { printf '\n== %s\n' "$*"; }

# Wanted packages that are not installed, one per line.
missing_packages() {
  local package
  sed 's/#.*//' "$repo/packaging/system-packages.txt" | tr -s ' \t' '\n' | sed '/^$/d' | while read -r package; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_system_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    say "No apt here: these packages, or their counterparts, must be installed:"
    sed 's/#.*//' "$repo/packaging/system-packages.txt" | tr -s ' \t\n' ' '
    return
  fi
  local missing as_root=()
  mapfile -t missing < <(missing_packages)
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  say "Installing ${#missing[@]} system packages: ${missing[*]}"
  # Another program may hold the package lock for a while: wait for it.
  "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=180 update
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=180 install -y --no-install-recommends "${missing[@]}"
}

# configure_and_build PRESET [cmake arguments ...] -- [build targets ...]
configure_and_build() {
  local preset=$1 arguments=() targets=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    arguments+=("$1")
    shift
  done
  [ $# -eq 0 ] || shift
  [ $# -eq 0 ] || targets=(--target "$@")
  (cd "$repo" && cmake --preset "$preset" "${arguments[@]}" && cmake --build "build/$preset" -j "$jobs" "${targets[@]}")
}
