"""Starts Portkey's gateway, asks it once with each exported config, and prints who answered.

Run by tests/serve/exports.rs. The last argument is the gateway's start script.
"""

import json
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

*configs, script = sys.argv[1:]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
loopback = str(pathlib.Path(__file__).with_name("loopback_only.cjs"))
gateway = subprocess.Popen(
    ["node", "-r", loopback, script, "--headless", f"--port={port}"],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    for path in configs:
        with open(path, encoding="utf-8") as file:
            config = json.dumps(json.load(file))
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/chat/completions",
            data=json.dumps({"messages": [{"role": "user", "content": "Say w0"}]}).encode(),
            headers={"content-type": "application/json", "x-portkey-config": config},
        )
        with urllib.request.urlopen(request, timeout=30) as reply:
            print(json.load(reply)["model"], flush=True)
finally:
    gateway.kill()
