"""Asks a served scenario through the vendors' own clients, and prints what each makes of it.

Run by tests/serve/sdks.rs. Each line is what was asked and what the client says came back.
"""

import sys

import anthropic
import openai
from google import genai

address = sys.argv[1]
QUESTION = "Say w0"
MESSAGES = [{"role": "user", "content": QUESTION}]


def tell(what, ask):
    try:
        print(f"{what}: {ask()}", flush=True)
    except Exception as error:  # What the client raises is what is looked for.
        print(f"{what}: {type(error).__name__}", flush=True)


chat = openai.OpenAI(base_url=f"{address}/v1", api_key="k", max_retries=0)
azure = openai.AzureOpenAI(
    azure_endpoint=address, api_key="k", api_version="2024-10-21", max_retries=0
)
messages = anthropic.Anthropic(base_url=address, api_key="k", max_retries=0)
generate = genai.Client(api_key="k", http_options=genai.types.HttpOptions(base_url=address))


def chat_whole(client, model):
    reply = client.chat.completions.create(model=model, messages=MESSAGES)
    choice = reply.choices[0]
    return choice.message.content, choice.finish_reason, reply.usage.total_tokens, reply.model


def chat_stream(model):
    text, finish, total = "", None, None
    options = {"include_usage": True}
    for chunk in chat.chat.completions.create(
        model=model, messages=MESSAGES, stream=True, stream_options=options
    ):
        if chunk.usage:
            total = chunk.usage.total_tokens
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return text, finish, total


def responses_whole(model):
    reply = chat.responses.create(model=model, input=QUESTION)
    return reply.output_text, reply.status, reply.usage.total_tokens


def responses_stream(model):
    with chat.responses.stream(model=model, input=QUESTION) as stream:
        kinds = {event.type for event in stream}
        reply = stream.get_final_response()
    return reply.output_text, reply.status, "response.output_text.delta" in kinds


def messages_whole(model):
    reply = messages.messages.create(model=model, max_tokens=64, messages=MESSAGES)
    return reply.content[0].text, reply.stop_reason, reply.usage.output_tokens


def messages_stream(model):
    with messages.messages.stream(model=model, max_tokens=64, messages=MESSAGES) as stream:
        text = "".join(stream.text_stream)
        reply = stream.get_final_message()
    return text, reply.stop_reason, reply.usage.output_tokens


def generate_whole(model):
    reply = generate.models.generate_content(model=model, contents=QUESTION)
    return reply.text, reply.candidates[0].finish_reason.name, reply.usage_metadata.total_token_count


def generate_stream(model):
    chunks = list(generate.models.generate_content_stream(model=model, contents=QUESTION))
    text = "".join(chunk.text or "" for chunk in chunks)
    last = chunks[-1]
    return text, last.candidates[0].finish_reason.name, last.usage_metadata.total_token_count


for model in ["a", "limited", "broken", "nobody"]:
    tell(f"chat {model}", lambda: chat_whole(chat, model))
    tell(f"azure {model}", lambda: chat_whole(azure, model))
    tell(f"chat stream {model}", lambda: chat_stream(model))
    tell(f"responses {model}", lambda: responses_whole(model))
    tell(f"responses stream {model}", lambda: responses_stream(model))
    tell(f"messages {model}", lambda: messages_whole(model))
    tell(f"messages stream {model}", lambda: messages_stream(model))
    tell(f"generate {model}", lambda: generate_whole(model))
    tell(f"generate stream {model}", lambda: generate_stream(model))
tell("models", lambda: [model.id for model in chat.models.list()])
tell("models of messages", lambda: [model.id for model in messages.models.list()])
tell("models of generate", lambda: [model.name for model in generate.models.list()])
