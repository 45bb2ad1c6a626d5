#!/usr/bin/env python3
"""Has a real browser wait for prepared downloads behind nginx, as people do.

    prepared.py TESTSITE [--screenshots FOLDER] [--only CASE]

starts the tests' program and a private nginx with the deployed configuration. Needs Debian's nginx, chromium and
python3-websockets. Ends with 0 if all is as it should be.
"""
import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

try:
    import devtools
    from devtools import Failure, eventually
except ModuleNotFoundError as error:
    sys.exit(f"{error}: apt-get install python3-websockets, and run this by /usr/bin/python3")

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "nginx")
CONTENT = "".join(f"percent {percent}\n" for percent in range(100))


class Site:
    """The tests' program and nginx in a folder of their own."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.socket = os.path.join(folder, "site.sock")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self):
        self.start_program()
        upstream = self._deployed("upstream.conf")
        downloads = self._deployed("downloads.conf")
        temporary = "\n".join(
            f"{name}_temp_path {self.folder}/{name};" for name in ["client_body", "fastcgi", "proxy", "scgi", "uwsgi"])
        configuration = os.path.join(self.folder, "nginx.conf")
        user = "user root;" if os.geteuid() == 0 else ""
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(f"""daemon off; {user} pid {self.folder}/nginx.pid; error_log {self.folder}/error.log;
                events {{ worker_connections 256; }}
                http {{ access_log {self.folder}/access.log; {temporary} include "{upstream}";
                    server {{ listen 127.0.0.1:{self.port}; include "{downloads}"; }} }}""")
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if nginx is None:
            raise Failure("nginx is missing: apt-get install nginx-light")
        self.nginx = subprocess.Popen([nginx, "-e", f"{self.folder}/error.log", "-p", self.folder, "-c",
                                       configuration], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                self.get("/bench/hello")
                return
            if time.monotonic() > deadline:
                raise Failure("the site does not answer")
            time.sleep(0.05)

    def _deployed(self, name):
        with open(os.path.join(DEPLOY, name), encoding="utf-8") as file:
            text = file.read().replace("/run/downloads/downloads.sock", self.socket)
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start_program(self):
        with open(os.path.join(self.folder, "site.log"), "a", encoding="utf-8") as log:
            self.site = subprocess.Popen(
                [self.program, "serve", "--listen", f"unix:{self.socket}", "--spool", f"{self.folder}/spool"],
                stderr=log)

    def kill_program(self):
        self.site.send_signal(signal.SIGKILL)
        self.site.wait()

    def stop(self):
        for process in [self.nginx, self.site]:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path):
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(self.url(path), timeout=30) as answer:
            return answer.read().decode()

    def step(self, key, percent):
        self.get(f"/prepared/step?key={key}&to={percent}")

    def running(self, key):
        return int(self.get(f"/prepared/step?key={key}").split()[0])

    def runs(self, key):
        return int(self.get(f"/spooled/count?key={key}"))


class Cases:
    """What people do."""

    def __init__(self, site, browser, screenshots):
        self.site = site
        self.browser = browser
        self.screenshots = screenshots

    def url(self, key):
        return self.site.url(f"/prepared/steps?key={key}")

    async def show(self, tab, name):
        if self.screenshots:
            await tab.screenshot(os.path.join(self.screenshots, f"{name}.png"))

    async def downloaded(self, key, count=1):
        """Waits for so many downloads of a key, and compares their content."""
        async def look():
            paths = [path for name, path in self.browser.finished if name == f"steps-{key}.txt"]
            return len(paths) == count and paths
        for path in await eventually(look, f"{count} downloads of steps-{key}.txt"):
            with open(path, encoding="utf-8") as file:
                check(file.read() == CONTENT, f"steps-{key}.txt has another content")

    async def progress(self, tab, percent):
        async def look():
            return await tab.find("document.getElementById('bar').value") == percent
        await eventually(look, f"a bar at {percent}")

    async def case_script(self):
        tab = await self.browser.open(self.url("script"))
        await tab.shows("Your download is being prepared…")
        await tab.find("window.mark = 1")
        self.site.step("script", 40)
        await self.progress(tab, 40)
        await tab.shows("40 %")
        await self.show(tab, "running")
        roles = await tab.roles()
        check(("progressbar", "Your download is being prepared…") in roles, f"the bar has no name: {roles}")
        check(any(role == "status" for role, _ in roles), f"no live region: {roles}")
        self.site.step("script", 100)
        await self.downloaded("script")
        await tab.shows("Your download is ready and has been started.")
        check(await tab.find("window.mark") == 1, "the page was loaded anew, though it has a script")
        await self.show(tab, "ready")
        # Who did not see it come takes it again.
        await tab.click("Download it again")
        await self.downloaded("script", 2)
        check(self.site.runs("script") == 1, "it was generated more than once")
        await tab.close()

    async def case_no_script(self):
        tab = await self.browser.open(self.url("plain"), script=False)
        await tab.shows("Your download is being prepared…")
        self.site.step("plain", 40)
        await tab.shows("40 %")
        await self.progress(tab, 40)
        await self.show(tab, "no-script")
        self.site.step("plain", 100)
        await self.downloaded("plain")
        await tab.shows("Your download is ready and has been started.")
        check(self.site.runs("plain") == 1, "it was generated more than once")
        await tab.close()

    async def case_joins(self):
        tab = await self.browser.open(self.url("join"))
        await tab.shows("Your download is being prepared…")
        second = await self.browser.open(self.url("join"))
        await second.shows("Your download is being prepared…")
        self.site.step("join", 20)
        await tab.call("Page.reload")
        await self.progress(tab, 20)
        # One click more on the link that led here.
        await tab.go(self.url("join"))
        await self.progress(tab, 20)
        await self.progress(second, 20)
        self.site.step("join", 100)
        await self.downloaded("join", 2)
        check(self.site.runs("join") == 1, "it was generated more than once")
        for one in [tab, second]:
            await one.close()

    async def case_small(self):
        for dark in [False, True]:
            key = f"a-report-with-a-long-name-that-has-to-be-broken-{'dark' if dark else 'light'}"
            tab = await self.browser.open(self.url(key), width=360, dark=dark)
            self.site.step(key, 60)
            await self.progress(tab, 60)
            await self.show(tab, f"360-{'dark' if dark else 'light'}")
            wide = await tab.find("document.scrollingElement.scrollWidth")
            check(wide <= 360, f"the page is {wide} pixels wide")
            size = await tab.find("parseFloat(getComputedStyle(document.getElementById('line')).fontSize)")
            check(size >= 16, f"the text has {size} pixels")
            for id in ["state", "line", "note"]:
                contrast = await tab.find(CONTRAST % id)
                check(contrast and contrast >= 4.5, f"{id} has a contrast of {contrast}")
            luminance = await tab.find(LUMINANCE)
            check(luminance < 0.1 if dark else luminance > 0.8, f"dark is {dark}, and the page {luminance}")
            self.site.step(key, 100)
            await self.downloaded(key)
            await tab.close()

    async def case_language(self):
        tab = await self.browser.open(self.url("sprache"), language="de-AT,de;q=0.9")
        await tab.shows("Ihr Download wird vorbereitet …")
        self.site.step("sprache", 40)
        await tab.shows("40 %")
        check(await tab.find("document.documentElement.lang") == "de", "the page does not say its language")
        await self.show(tab, "german")
        self.site.step("sprache", 100)
        await self.downloaded("sprache")
        await tab.close()

    async def case_failure(self):
        for script in [True, False]:
            key = f"failure-{script}"
            tab = await self.browser.open(self.url(key), script=script)
            await tab.shows("Your download is being prepared…")
            self.site.step(key, -1)
            await tab.shows("The file could not be prepared.")
            await tab.shows("Step 7 went wrong.")
            check(any(role == "alert" for role, _ in await tab.roles()), "the failure is not an alert")
            await self.show(tab, f"failure{'' if script else '-no-script'}")
            check(self.site.runs(key) == 1, "it was tried again, though nobody had asked")
            await tab.click("Try again")
            await tab.shows("Your download is being prepared…")
            self.site.step(key, 100)
            await self.downloaded(key)
            check(self.site.runs(key) == 2, "it was not tried again")
            await tab.close()

    async def case_closed(self):
        tab = await self.browser.open(self.url("closed"))
        await tab.shows("Your download is being prepared…")
        check(self.site.running("closed") == 1, "it does not run")
        await tab.close()

        async def look():
            return self.site.running("closed") == 0
        await eventually(look, "the end of a generation whose page was closed")

    async def case_restart(self):
        for script in [True, False]:
            key = f"restart-{script}"
            tab = await self.browser.open(self.url(key), script=script)
            self.site.step(key, 40)
            await self.progress(tab, 40)
            self.site.kill_program()
            self.site.start_program()

            async def look():
                # Without a script the page may load itself just then, and a person reloads the web server's error.
                if not script and "Bad Gateway" in await tab.text():
                    await tab.call("Page.reload")
                with contextlib.suppress(OSError):
                    return self.site.running(key) == 1
            await eventually(look, "the page that begins anew after a restart")
            await tab.shows("Your download is being prepared…")
            self.site.step(key, 100)
            await self.downloaded(key)
            await tab.close()


# The contrast of a text with what is behind it (WCAG 2.2, 1.4.3).
CONTRAST = """(() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => numbers(color).slice(0, 3).map(n => n / 255)
    .map(n => n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4)
    .reduce((sum, n, index) => sum + n * [0.2126, 0.7152, 0.0722][index], 0);
  const text = light(getComputedStyle(document.getElementById("%s")).color);
  const back = light(getComputedStyle(document.querySelector("main")).backgroundColor);
  return (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
})()"""
LUMINANCE = """getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)
  .reduce((sum, n) => sum + n / 765, 0)"""


def check(condition, words):
    if not condition:
        raise Failure(words)


async def run(options, folder):
    site = Site(os.path.abspath(options.program), folder)
    browser = devtools.Browser(folder)
    site.start()
    failures = 0
    try:
        await browser.start()
        cases = Cases(site, browser, options.screenshots)
        for name in [name for name in dir(Cases) if name.startswith("case_")]:
            if options.only and name != f"case_{options.only}":
                continue
            try:
                start = time.monotonic()
                await getattr(cases, name)()
                check(not browser.complaints, f"the browser complains: {browser.complaints}")
                print(f"ok {name[5:]} ({time.monotonic() - start:.1f} s)", flush=True)
            except Failure as error:
                failures += 1
                print(f"FAILED {name[5:]}: {error}", flush=True)
            browser.complaints.clear()
    finally:
        await browser.stop()
        site.stop()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the tests' program, .build/release/testsite")
    parser.add_argument("--screenshots", help="the folder for pictures of the pages")
    parser.add_argument("--only", help="one case, such as restart")
    options = parser.parse_args()
    if options.screenshots:
        os.makedirs(options.screenshots, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        failures = asyncio.run(run(options, folder))
    sys.exit(1 if failures else 0)


main()
