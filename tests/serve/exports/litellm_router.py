"""Starts LiteLLM's Router with each exported file, asks it once, and prints who answered.

Run by tests/serve/exports.rs.
"""

import sys

import yaml
from litellm import Router

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        config = yaml.safe_load(file)
    router = Router(model_list=config["model_list"], **config["router_settings"])
    reply = router.completion(
        model="export-test", messages=[{"role": "user", "content": "Say w0"}]
    )
    print(reply.model.removeprefix("openai/"), flush=True)
