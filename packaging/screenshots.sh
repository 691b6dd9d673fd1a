#!/usr/bin/env bash
# Pictures of every view, light and dark, into docs/screenshots: on the bundled sample (calibrated, exported and
# verified), and some on a made-up 70B model. Needs Xvfb and a development build's packages (packaging/test.sh).
#
#   packaging/screenshots.sh                                               # all of it
#   packaging/screenshots.sh --view heatmap --theme dark --out FOLDER      # one view, one theme, on the sample
#   packaging/screenshots.sh --view ranges --out FOLDER run.oscope.h5      # of a snapshot, workspace or model folder
#   packaging/screenshots.sh --help                                        # further options
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

build=$repo/build/dev
work=${TMPDIR:-/tmp}/outlierscope  # paths are seen in some pictures: a neutral place
configure_and_build dev -- make_screenshots make_snapshot oscope >&2

shots() { xvfb-run -a -s '-screen 0 1920x1200x24' "$build/bin/make_screenshots" "$@"; }

# The sample with its export and its report: every view has something to show.
workspace=$work/run/workspace.oscope
if [ ! -e "$workspace" ]; then
  mkdir -p "$work"
  cp -r "$repo/resources/sample/model" "$work/sample-model"
  "$build/bin/oscope" run "$work/sample-model" -o "$work/run" --replace \
    --text "$repo/resources/sample/calib.txt" --samples 32 --length 128 \
    --eval-text "$repo/resources/sample/eval.txt" --windows 16 --eval-length 256 >&2
fi

other=$work/random.oscope.h5
[ -e "$other" ] || "$build/bin/oscope" calibrate "$work/sample-model" -o "$other" --samples 32 --length 128 >&2

if [ $# -gt 0 ]; then
  for last; do :; done
  case $last in
    *.h5 | *.oscope | --help | --list) shots "$@" ;;
    *) if [ -d "$last" ] && [ -e "$last/config.json" ]; then shots "$@"; else shots --other "$other" "$@" "$workspace"; fi ;;
  esac
  exit
fi

shots --out "$repo/docs/screenshots" --other "$other" "$workspace"
large=$work/70b.oscope.h5
[ -e "$large" ] || "$build/bin/make_snapshot" "$large" >&2
shots --out "$repo/docs/screenshots" --prefix 70b- --view ranges --view heatmap "$large"
