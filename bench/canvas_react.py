"""React Flow on the same graph: bundled from pinned versions into a cache, served on loopback."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

SOURCE = Path(__file__).parent / "react_flow"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dialoom-bench"


def version() -> str:
    """Give the pinned version."""
    pinned = json.loads((SOURCE / "package.json").read_text("utf-8"))["dependencies"]
    return str(pinned["@xyflow/react"])


def bundle() -> Path | None:
    """Build the page into the cache and give its folder; None where npm or its registry is not there."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    for path in SOURCE.iterdir():
        shutil.copy(path, CACHE / path.name)
    install = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    built = CACHE / "built"
    build = [str(CACHE / "node_modules/.bin/esbuild"), "app.jsx", "--bundle", "--minify"]
    build += ["--jsx=automatic", '--define:process.env.NODE_ENV="production"', f"--outdir={built}"]
    for command in (install, build):
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"React Flow is left out: {done.stderr.strip()[-300:]}")
            return None
    return built


@contextmanager
def served(built: Path, graph: dict[str, Any]) -> Iterator[str]:
    """Serve the page with a graph; gives its address."""
    with tempfile.TemporaryDirectory() as folder:
        for path in (*built.iterdir(), SOURCE / "page.html"):
            shutil.copy(path, folder)
        (Path(folder) / "graph.json").write_text(json.dumps(graph), "utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/page.html"
        finally:
            server.shutdown()
            server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the table is what is read."""
