"""A headless Chromium that a test drives by the DevTools protocol; needs Debian's chromium and python3-websockets."""
import asyncio
import base64
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time

import websockets

LIMIT = 60


class Failure(Exception):
    """What is not as it should be."""


async def eventually(look, what, limit=LIMIT):
    """Waits until `look`, a coroutine function, gives something that is true: that. The limit is generous, since it is
    waited for only where the test fails."""
    deadline = time.monotonic() + limit
    while True:
        found = await look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failure(f"never came: {what}")
        await asyncio.sleep(0.05)


class Browser:
    """The browser, its tabs, and what they have downloaded."""

    def __init__(self, folder):
        self.folder = folder
        self.downloads = os.path.join(folder, "downloads")
        # What has been downloaded: (the name that it was to have, where it is).
        self.finished = []
        self._names = {}
        self.complaints = []
        self._replies = {}
        self._number = 0

    async def start(self):
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if path is None:
            raise Failure("no browser was found: apt-get install chromium")
        profile = os.path.join(self.folder, "profile")
        self._process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--no-proxy-server",
             f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        port = os.path.join(profile, "DevToolsActivePort")

        async def address():
            with contextlib.suppress(OSError):
                with open(port, encoding="ascii") as file:
                    lines = file.read().split()
                return lines if len(lines) == 2 else None
            return None
        number, path = await eventually(address, "the browser's port")
        self._socket = await websockets.connect(f"ws://127.0.0.1:{number}{path}", max_size=None)
        self._reading = asyncio.create_task(self._read())
        os.makedirs(self.downloads, exist_ok=True)
        await self.call("Browser.setDownloadBehavior", behavior="allowAndName", downloadPath=self.downloads,
                        eventsEnabled=True)

    async def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reading.cancel()

    async def call(self, method, session=None, **parameters):
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        reply = asyncio.get_running_loop().create_future()
        self._replies[self._number] = reply
        await self._socket.send(json.dumps(message))
        return await asyncio.wait_for(reply, LIMIT)

    async def _read(self):
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                reply = self._replies.pop(message["id"])
                if reply.done():
                    continue
                if "error" in message:
                    reply.set_exception(Failure(message["error"]["message"]))
                else:
                    reply.set_result(message["result"])
                continue
            self._note(message["method"], message["params"])

    def _note(self, method, parameters):
        if method == "Browser.downloadWillBegin":
            self._names[parameters["guid"]] = parameters["suggestedFilename"]
        elif method == "Browser.downloadProgress" and parameters["state"] == "completed":
            guid = parameters["guid"]
            self.finished.append((self._names.get(guid, ""), os.path.join(self.downloads, guid)))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"].get("text", "exception"))
        elif method == "Log.entryAdded":
            entry = parameters["entry"]
            # That a server is away for a moment is part of a test.
            if entry["level"] == "error" and entry["source"] != "network":
                self.complaints.append(entry["text"])

    async def open(self, url, **options):
        tab = Tab(self)
        await tab.open(url, **options)
        return tab


class Tab:
    """One tab."""

    def __init__(self, browser):
        self.browser = browser

    async def open(self, url, script=True, width=None, dark=False, language=None):
        self.target = (await self.browser.call("Target.createTarget", url="about:blank"))["targetId"]
        self.session = (await self.browser.call(
            "Target.attachToTarget", targetId=self.target, flatten=True))["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Accessibility"]:
            await self.call(f"{domain}.enable")
        if not script:
            await self.call("Emulation.setScriptExecutionDisabled", value=True)
        if width:
            await self.call("Emulation.setDeviceMetricsOverride", width=width, height=640, deviceScaleFactor=1,
                            mobile=True)
        await self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        if language:
            await self.call("Emulation.setUserAgentOverride", userAgent="Chromium", acceptLanguage=language)
        await self.go(url)

    async def call(self, method, **parameters):
        return await self.browser.call(method, self.session, **parameters)

    async def go(self, url):
        await self.call("Page.navigate", url=url)

    async def close(self):
        await self.browser.call("Target.closeTarget", targetId=self.target)

    async def find(self, expression):
        """The value of an expression in the page; None while there is no page that has it."""
        try:
            result = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        except Failure:
            return None
        return None if "exceptionDetails" in result else result["result"].get("value")

    async def text(self):
        return await self.find("document.body.innerText") or ""

    async def shows(self, words):
        async def look():
            return words in await self.text()
        await eventually(look, f"“{words}” in the page")

    async def click(self, words):
        await self.find(f"[...document.querySelectorAll('a')].find(a => a.innerText === {json.dumps(words)}).click()")

    async def roles(self):
        """Role and name of each node of the accessibility tree."""
        nodes = (await self.call("Accessibility.getFullAXTree"))["nodes"]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes
                if not node.get("ignored") and "role" in node]

    async def screenshot(self, path):
        data = (await self.call("Page.captureScreenshot", format="png"))["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
