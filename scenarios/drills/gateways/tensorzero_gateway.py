"""Starts TensorZero's embedded gateway with a configuration, and passes on to it what comes to a
port of the loopback interface, until it is killed.

    pip install tensorzero openai
    python tensorzero_gateway.py tensorzero.toml 3000

It then speaks chat completions at http://127.0.0.1:3000/openai/v1.
"""

import asyncio
import sys

import openai
import tensorzero


async def pump(reader, writer):
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(config, port):
    client = openai.OpenAI(api_key="none")
    tensorzero.patch_openai_client(client, config_file=config, async_setup=False)
    inner = client.base_url.port

    async def passed_on(reader, writer):
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", inner)
        await asyncio.gather(pump(reader, to_writer), pump(to_reader, writer))

    server = await asyncio.start_server(passed_on, "127.0.0.1", int(port))
    print(f"http://127.0.0.1:{port}{client.base_url.path}", flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
