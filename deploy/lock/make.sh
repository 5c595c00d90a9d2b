#!/bin/sh
# Writes the lock files anew: `pip install uv` first. No index address may stand in them.
set -eu
cd "$(dirname "$0")/../.."
lock() { uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet; }
lock --extra build --extra dev --extra traces -o deploy/lock/dev.txt
lock --extra build -c deploy/lock/dev.txt -o deploy/lock/run.txt
echo "setuptools" | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --no-annotate -c deploy/lock/dev.txt -o deploy/lock/build.txt
uv pip compile deploy/rasa/rasa.in --python-version 3.10 --python-platform linux --generate-hashes --no-emit-index-url --no-header --quiet --no-annotate -o deploy/lock/rasa.txt
