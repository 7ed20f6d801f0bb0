"""Starts TensorZero's embedded gateway with each exported file, asks it once, and prints who
answered.

Run by tests/serve/exports.rs.
"""

import os
import sys

# The gateway logs to stdout, where only the answers are wanted.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

from tensorzero import TensorZeroGateway  # noqa: E402

for path in sys.argv[1:]:
    with TensorZeroGateway.build_embedded(config_file=path) as gateway:
        reply = gateway.inference(
            function_name="export-test",
            input={"messages": [{"role": "user", "content": "Say w0"}]},
        )
        print(reply.variant_name, file=answers, flush=True)
