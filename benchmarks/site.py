"""What pages of the built site weigh, and how Lighthouse judges them on a phone.

``make book``, then ``python -m benchmarks.site``. The site is served with gzip, as hosts of pages
do. Lighthouse runs if Node is there and ``npm install --prefix .venv/lighthouse lighthouse@12`` has
been run; its phone and network are simulated, but a busy machine lowers the mark for performance.
"""

import functools
import gzip
import json
import os
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PAGES = ["index", "autoencoder", "notebook20"]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}
LIGHTHOUSE = ROOT / ".venv" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
CATEGORIES = {"performance": 85, "accessibility": 100, "best-practices": 100, "seo": 100}
LIMIT = 700  # kB


class Compressed(SimpleHTTPRequestHandler):
    """Serves files, text with gzip."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file():
            return self.send_error(404)
        kind = self.guess_type(path)
        data = path.read_bytes()
        self.send_response(200)
        if kind.startswith("text") or "javascript" in kind or "svg" in kind:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=604800")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


def serve(site):
    """Serve a folder; return the address with a slash."""
    Compressed.extensions_map |= {".mjs": "text/javascript", ".ipynb": "application/json"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def chromium():
    """Return the path of the browser."""
    found = filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"]))
    return next(found, None)


def weights(address):
    """Return kB and requests of each page as a phone loads it, without scrolling."""
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name in PAGES:
            page = browser.new_page(**PHONE)
            answers = []
            page.on("response", lambda response, answers=answers: answers.append(response))
            page.goto(f"{address}{name}.html", wait_until="networkidle")
            found[name] = sum(map(weight, answers)) / 1000, len(answers)
            page.close()
        browser.close()
    return found


def weight(response):
    """Return the bytes of an answer on the wire, without its heads."""
    return int(response.headers.get("content-length", 0))


def judged(url):
    """Return Lighthouse's marks of a page, and what it measured."""
    command = [LIGHTHOUSE, url, "--quiet", "--output=json", "--output-path=stdout"]
    command += [
        "--chrome-flags=--headless --no-sandbox",
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    environment = os.environ | {"CHROME_PATH": chromium() or ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        sys.exit(f"Lighthouse: {done.stderr[-1000:]}")
    report = json.loads(done.stdout)
    marks = {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}
    audits = report["audits"]
    lost = [
        reference["id"]
        for name in CATEGORIES
        for reference in report["categories"][name]["auditRefs"]
        if reference["weight"] and (audits[reference["id"]]["score"] or 0) < 0.9
        if audits[reference["id"]]["scoreDisplayMode"] in {"binary", "numeric"}
    ]
    shift = audits["cumulative-layout-shift"]["numericValue"]
    paint = audits["largest-contentful-paint"]["numericValue"] / 1000
    return marks, shift, paint, lost


def main(site):
    """Print the table."""
    address = serve(site)
    print(f"{'page':14s} {'kB':>6s} (at most {LIMIT})  requests")
    for name, (size, requests) in weights(address).items():
        print(f"{name:14s} {size:6.0f} {'':14s} {requests:9d}")
    if not LIGHTHOUSE.exists():
        return print("\nLighthouse is not installed: this module says how.")
    goals = ", ".join(f"{name} {goal}" for name, goal in CATEGORIES.items())
    print(f"\nLighthouse on a simulated phone; goals: {goals}, layout shift below 0.02")
    for name in PAGES:
        marks, shift, paint, lost = judged(f"{address}{name}.html")
        row = "  ".join(f"{key} {mark:3.0f}" for key, mark in marks.items())
        print(f"{name:14s} {row}  shift {shift:.3f}  largest paint {paint:.1f} s", flush=True)
        if lost:
            print(f"{'':14s} lost: {', '.join(lost)}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build" / "html")
