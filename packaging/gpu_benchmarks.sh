#!/usr/bin/env bash
# Everything that only a GPU can show, in one command: packaging/gpu_benchmarks.sh FOLDER [DEVICE]
#
# Builds the CUDA module, its tests and its benchmarks for the GPU of this machine, runs the op tests on it, then each
# benchmark; all of it goes to FOLDER/report.txt, too. FOLDER takes the random weights of a 7B shape (13 GB) and of as
# many blocks of a 70B shape as half of its free disk holds; they stay there for the next run. DEVICE: cuda:0 by default.
# Exit status 1 where a test fails or a bar is missed.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

folder=${1:?"usage: packaging/gpu_benchmarks.sh FOLDER [DEVICE]"}
device=${2:-cuda:0}
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

install_system_packages
say "Building (build/cuda)"
configure_and_build cuda -DOSCOPE_BUILD_GUI=OFF -DOSCOPE_CUDA_ARCHITECTURES=native || exit 1

failed=0
measure() {
  say "$*"
  "$@" || failed=1
}
run_all() {
  local bin="$repo/build/cuda/bin"
  cd "$repo" || exit 1
  nvidia-smi
  "$bin/oscope" devices
  measure "$bin/backend_equivalence_test" --gtest_brief=1
  measure "$bin/bench_int4_gemm" "$device"
  measure "$bin/bench_quantize_weight" "$device"
  measure "$bin/bench_calibration" "$folder/7b" --device "$device"
  measure "$bin/bench_calibration" "$folder/7b" --device "$device" --device-memory 24
  measure "$bin/bench_calibration" "$folder/70b" --device "$device" --shape 70b
  return $failed
}
run_all 2>&1 | tee "$folder/report.txt"
exit "${PIPESTATUS[0]}"
