#!/usr/bin/env bash
# Builds Outlierscope and runs its main job on the bundled sample model: calibrate, plan, export, verify. Opens the
# window where there is a display. Installs the system packages that are missing (sudo where not root).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

install_system_packages

say "Building (build/quick)"
configure_and_build quick

out=$repo/build/quickstart
say "The main job on the sample model, into $out"
"$repo/build/quick/bin/oscope" run "$repo/resources/sample/model" -o "$out" --replace \
  --text "$repo/resources/sample/calib.txt" --samples 32 --length 128 \
  --eval-text "$repo/resources/sample/eval.txt" --windows 16 --eval-length 256

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  say "Opening the window"
  exec "$repo/build/quick/bin/outlierscope" "$out/workspace.oscope"
fi
say "No display here. With one, this opens the window:"
echo "  build/quick/bin/outlierscope build/quickstart/workspace.oscope"
