#!/usr/bin/env python3
"""Has a real browser play and seek in a sound of 1 GiB that is generated behind a web server.

`browser.py URL` takes the address of the site, such as http://127.0.0.1:20000, with the tests' program behind it. It
needs Debian's package chromium. A page with a video element seeks to and fro; every byte that it is sent passes through
here and is checked.
"""
import argparse
import http.client
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

# What a Sound of the demo has behind its header: each byte is its place modulo 251.
PATTERN = bytes(range(251)) * 300

PAGE = """<!doctype html><video id=v preload=metadata muted></video><script>
const size = %(size)d, url = "/test/sound?n=" + size, v = document.getElementById("v"), log = [];
const event = (name) => new Promise((good, bad) => {
  v.addEventListener(name, good, {once: true});
  v.addEventListener(
    "error", () => bad(new Error("media error " + v.error.code + " " + v.error.message)), {once: true});
});
(async () => {
  try {
    let ready = event("loadedmetadata");
    v.src = url;
    await ready;
    log.push("duration " + v.duration);
    if (Math.abs(v.duration - (size - 44) / 176400) > 1) throw new Error("wrong duration");
    for (const part of [0.5, 0.1, 0.9, 0.3, 0.999, 0]) {
      const seeked = event("seeked"), time = v.duration * part;
      v.currentTime = time;
      await seeked;
      const played = event("timeupdate");
      await v.play();
      await played;
      v.pause();
      if (Math.abs(v.currentTime - time) > 5) throw new Error("at " + v.currentTime + " instead of " + time);
      log.push("played at " + v.currentTime.toFixed(1));
    }
    log.push("done");
  } catch (error) { log.push("failed: " + error.message); }
  await fetch("/report", {method: "POST", body: JSON.stringify(log)});
})();
</script>"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="the address of the site")
    parser.add_argument("--size", type=int, default=1 << 30, help="bytes of the sound (1 GiB)")
    options = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not browser:
        print("no browser was found: apt-get install chromium", file=sys.stderr)
        return 2
    reported, log, checked, wrong = threading.Event(), [], [], []
    site = urllib.parse.urlsplit(options.url)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path.startswith("/test/"):
                return self.pass_on()
            page = (PAGE % {"size": options.size}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def pass_on(self):
            upstream = http.client.HTTPConnection(site.hostname, site.port, timeout=60)
            upstream.request("GET", self.path, headers={
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")})
            answer = upstream.getresponse()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            place = int(answer.getheader("Content-Range", "bytes 0-").split()[1].split("-")[0])
            try:
                while piece := answer.read(65_536):
                    skipped = min(len(piece), max(0, 44 - place))
                    start = (place + skipped) % 251
                    if piece[skipped:] != PATTERN[start:start + len(piece) - skipped]:
                        wrong.append(place)
                    place += len(piece)
                    checked.append(len(piece))
                    self.wfile.write(piece)
            except ConnectionError:
                pass  # The browser has seeked away.
            finally:
                upstream.close()

        def do_POST(self):
            log.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()
            reported.set()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
             "--mute-audio",
             "--autoplay-policy=no-user-gesture-required", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            reported.wait(120)
        finally:
            # Its helpers too, which write into the folder.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            time.sleep(0.5)
    server.shutdown()
    print("\n".join(log) or "the browser reported nothing within 120 s")
    print(f"{sum(checked):,} bytes in {len(checked)} pieces checked, {len(wrong)} pieces wrong")
    return 0 if log and log[-1] == "done" and checked and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
