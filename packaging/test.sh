#!/usr/bin/env bash
# Builds everything and runs the tests (not those labelled slow or interop). Installs the system packages that are
# missing (sudo where not root). OSCOPE_TEST_DATA may name a folder with further models; without it, tests that need
# them are skipped. OSCOPE_WERROR=ON treats warnings as errors; OSCOPE_JOBS sets the number of parallel jobs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

install_system_packages

say "Building (build/dev)"
configure_and_build dev "-DOSCOPE_WERROR=${OSCOPE_WERROR:-OFF}"

say "Testing"
cd "$repo"
exec ctest --preset dev -j "$jobs"
