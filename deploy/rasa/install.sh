#!/bin/sh
# Builds Rasa an environment of its own in .rasa: it needs CPython 3.10 and pins what we cannot use.
# Called by `make rasa`; may be stopped and called again.
set -eu
cd "$(dirname "$0")/../.."
home="${DIALOOM_RASA:-.rasa}"
if [ -f "$home/.ready" ] && cmp -s "$home/.ready" deploy/lock/rasa.txt; then
  echo "Rasa is ready in $home: $("$home/bin/python" -m pip show rasa 2>/dev/null | sed -n 's/^Version: //p')"
  exit 0
fi
fits() { "$1" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; }
python=""
pyenv="$(command -v pyenv 2>/dev/null || command -v python3)"
pyenv="${pyenv%/*/*}"
for candidate in "${PYTHON310:-}" "$home/bin/python" python3.10 "$HOME"/.pyenv/versions/3.10.*/bin/python "$pyenv"/versions/3.10.*/bin/python /opt/*/bin/python3.10 \
  "$(command -v uv >/dev/null 2>&1 && uv python find 3.10 2>/dev/null || true)"; do
  if [ -n "$candidate" ] && fits "$candidate"; then python="$candidate"; break; fi
done
if [ -z "$python" ] && command -v uv >/dev/null 2>&1; then
  echo "No CPython 3.10 here; uv fetches one."
  uv python install 3.10 && python="$(uv python find 3.10)"
fi
if [ -z "$python" ]; then
  echo "Rasa needs CPython 3.10, and none was found. Install one (pyenv install 3.10, or uv) and call"
  echo "make rasa again, or name it: make rasa PYTHON310=/path/to/python3.10"
  exit 1
fi
echo "1/3 An environment with $("$python" --version) in $home"
fits "$home/bin/python" || "$python" -m venv "$home"
echo "2/3 Rasa and what it needs: about 1 GB to fetch, 2.7 GB on disk; what was fetched is kept"
if command -v uv >/dev/null 2>&1; then
  uv pip install --python "$home/bin/python" --require-hashes -r deploy/lock/rasa.txt
else
  "$home/bin/python" -m pip --disable-pip-version-check install --progress-bar on --require-hashes -r deploy/lock/rasa.txt
fi
echo "3/3 A first start, so that everything is compiled"
RASA_TELEMETRY_ENABLED=false "$home/bin/rasa" --version
cp deploy/lock/rasa.txt "$home/.ready"
echo "Rasa is ready. Train it with: dialoom rasa train"
