#!/bin/sh
# Interop tests against real clients. Makes its own virtual environment from requirements.txt (several GB, once).
#   tests/interop/run.sh PATH/TO/oscope [options of interop.py]
# OSCOPE_TEST_DATA: folder of further models. OSCOPE_INTEROP_PYTHON: an interpreter that has the packages already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
oscope=${1:?usage: run.sh PATH/TO/oscope}
shift
python=${OSCOPE_INTEROP_PYTHON:-$here/.venv/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv "$here/.venv"
  "$here/.venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi
"$python" "$here/schemas.py"
"$python" "$here/interop.py" --oscope "$oscope" --sample "$here/../../resources/sample" \
  ${OSCOPE_TEST_DATA:+--data "$OSCOPE_TEST_DATA"} "$@"
"$python" "$here/families.py" --logits "$(dirname "$oscope")/oscope_logits"
"$python" "$here/calibration_speed.py" --oscope "$oscope"
