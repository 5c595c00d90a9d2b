#!/bin/sh
# Installs what the tests use and this machine lacks, where that is possible without asking:
# Chromium with a Chinese font, a C compiler, Node for a foreign chat client, axe-core for the screens,
# and Rasa in an environment of its own (2.7 GB, kept in .rasa or where DIALOOM_RASA says).
# Else they are skipped by name.
set -u
axe="$(dirname "$0")/.cache/axe-core"
# On the way out, wherever that is: npm may have come only just now.
trap '[ -f "$axe/node_modules/axe-core/axe.min.js" ] || { command -v npm >/dev/null 2>&1 && mkdir -p "$axe" && npm install --prefix "$axe" --no-audit --no-fund --ignore-scripts --silent axe-core@4.14.1; } || echo "Could not install: axe-core"' EXIT
sh "$(dirname "$0")/../deploy/rasa/install.sh" || echo "Could not install: Rasa"
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v cc >/dev/null 2>&1 || missing="$missing build-essential python3-dev"
command -v node >/dev/null 2>&1 || missing="$missing nodejs npm"
fc-list 2>/dev/null | grep -qi "CJK" || missing="$missing fontconfig fonts-noto-cjk"
[ -z "$missing" ] && exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || { echo "Not installed here:$missing"; exit 0; }
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null || echo "Could not install:$missing"
exit 0
