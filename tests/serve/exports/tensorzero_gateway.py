"""Starts TensorZero's embedded gateway with each exported file, asks it once, and prints who
answered.

Run by tests/serve/exports.rs.
"""

import sys

from tensorzero import TensorZeroGateway

for path in sys.argv[1:]:
    with TensorZeroGateway.build_embedded(config_file=path) as gateway:
        reply = gateway.inference(
            function_name="export-test",
            input={"messages": [{"role": "user", "content": "Say w0"}]},
        )
        print(reply.variant_name, flush=True)
