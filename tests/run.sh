#!/bin/sh
# Runs every test, or those that the arguments name. What looks at screens mostly waits, so it goes
# beside all the rest; what it has to say is printed when it is through.
set -u
python=.venv/bin/python
[ $# -gt 0 ] && exec "$python" -m pytest "$@"
said=$(mktemp)
"$python" -m pytest tests/browser --ignore=tests/browser/test_rasa.py >"$said" 2>&1 &
screens=$!
trap 'kill "$screens" 2>/dev/null' INT TERM
others=$(find tests -mindepth 1 -maxdepth 1 -type d ! -name browser ! -name "[._]*" | sort)
"$python" -m pytest $others tests/test_*.py tests/browser/test_rasa.py
rest=$?
echo "The tests of the screens:"
wait "$screens"
status=$?
cat "$said"
rm -f "$said"
[ "$rest" = 0 ] && [ "$status" = 0 ]
