//! What is sent and what is understood, format by format, in bodies as the providers document them.

use serde_json::{Value, json};

use super::*;
use crate::data::Failure;
use crate::kernel::Tokens;

fn endpoints() -> [Endpoint; 4] {
    let access =
        |base: &str| -> Access { serde_json::from_value(json!({ "base_url": base })).unwrap() };
    let [a, b, c, d] = ["http://h/v1", "http://h/v1", "http://h/v1", "http://h/v1beta"].map(access);
    [Endpoint::Openai(a), Endpoint::OpenaiResponses(b), Endpoint::Anthropic(c), Endpoint::Gemini(d)]
}

#[test]
fn a_question_is_encoded_in_the_words_of_each_format() {
    let schema = json!({ "type": "object" });
    let sampling: Sampling = serde_json::from_value(json!({
        "temperature": 0.5, "top_p": 0.9, "max_tokens": 8, "json_schema": schema,
    }))
    .unwrap();
    let messages = [
        Message { role: Role::System, content: "be brief".into() },
        Message { role: Role::User, content: "hi".into() },
    ];
    let chat = Chat { model: "m", messages: &messages, sampling: &sampling, stream: true };
    let both = json!([
        { "role": "system", "content": "be brief" }, { "role": "user", "content": "hi" },
    ]);
    let expected = [
        (
            "http://h/v1/chat/completions",
            json!({ "model": "m", "messages": both, "temperature": 0.5, "top_p": 0.9,
                "max_tokens": 8, "stream": true, "stream_options": { "include_usage": true },
                "response_format": { "type": "json_schema",
                    "json_schema": { "name": "answer", "strict": true, "schema": schema } } }),
        ),
        (
            "http://h/v1/responses",
            json!({ "model": "m", "input": both, "store": false, "temperature": 0.5,
                "top_p": 0.9, "max_output_tokens": 8, "stream": true,
                "text": { "format": { "type": "json_schema", "name": "answer", "strict": true,
                    "schema": schema } } }),
        ),
        (
            "http://h/v1/messages",
            json!({ "model": "m", "max_tokens": 8, "system": "be brief", "temperature": 0.5,
                "top_p": 0.9, "messages": [{ "role": "user", "content": "hi" }], "stream": true,
                "output_config": { "format": { "type": "json_schema", "schema": schema } } }),
        ),
        (
            "http://h/v1beta/models/m:streamGenerateContent?alt=sse",
            json!({ "contents": [{ "role": "user", "parts": [{ "text": "hi" }] }],
                "systemInstruction": { "parts": [{ "text": "be brief" }] },
                "generationConfig": { "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 8,
                    "responseMimeType": "application/json", "responseJsonSchema": schema } }),
        ),
    ];
    for (endpoint, (url, body)) in endpoints().into_iter().zip(expected) {
        let request = endpoint.encode(&chat);
        assert_eq!(request.url, url);
        let sent: Value = serde_json::from_str(&request.body).unwrap();
        assert_eq!(sent, body, "{}", endpoint.kind());
    }
}

#[test]
fn what_is_left_out_is_not_sent() {
    let sampling = Sampling::default();
    let messages = [Message { role: Role::User, content: "hi".into() }];
    let chat = Chat { model: "m", messages: &messages, sampling: &sampling, stream: false };
    for (endpoint, body) in endpoints().into_iter().zip([
        r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"model":"m","input":[{"role":"user","content":"hi"}],"store":false}"#,
        r#"{"model":"m","max_tokens":4096,"messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#,
    ]) {
        assert_eq!(endpoint.encode(&chat).body, body, "{}", endpoint.kind());
    }
}

/// Reads a response of one piece.
fn whole(endpoint: &Endpoint, body: &str) -> Result<ChatReply, Failure> {
    let mut reader = Reader::new(endpoint, 200, false);
    reader.push(body.as_bytes())?;
    reader.finish()
}

/// Reads a stream of these events' data.
fn stream(endpoint: &Endpoint, events: &[&str]) -> Result<ChatReply, Failure> {
    let mut reader = Reader::new(endpoint, 200, true);
    for data in events {
        let data = data.replace('\n', " ");
        reader.push(format!("data: {data}\n\n").as_bytes())?;
    }
    reader.finish()
}

/// Per format: a whole answer, and the same answer as a stream.
const ANSWERS: [(&str, &[&str]); 4] = [
    (
        r#"{"model":"m-1","choices":[{"index":0,"message":{"content":"4"},"finish_reason":"stop",
            "logprobs":{"content":[{"logprob":-0.5}]}}],
            "usage":{"prompt_tokens":9,"completion_tokens":7,
            "prompt_tokens_details":{"cached_tokens":3},
            "completion_tokens_details":{"reasoning_tokens":6}}}"#,
        &[
            r#"{"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
            r#"{"choices":[{"index":0,"delta":{"content":"4"},"finish_reason":null,
                "logprobs":{"content":[{"logprob":-0.5}]}}],"usage":null}"#,
            r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":7,
                "prompt_tokens_details":{"cached_tokens":3},
                "completion_tokens_details":{"reasoning_tokens":6}}}"#,
            "[DONE]",
        ],
    ),
    (
        r#"{"model":"m-1","status":"completed","error":null,"incomplete_details":null,
            "output":[{"type":"reasoning","summary":[]},{"type":"message","content":
            [{"type":"output_text","text":"4","logprobs":[{"logprob":-0.5}]}]}],
            "usage":{"input_tokens":9,"output_tokens":7,"input_tokens_details":{"cached_tokens":3},
            "output_tokens_details":{"reasoning_tokens":6}}}"#,
        &[
            r#"{"type":"response.created","response":{"status":"in_progress","output":[]}}"#,
            r#"{"type":"response.output_text.delta","delta":"4"}"#,
            r#"{"type":"response.completed","response":{"model":"m-1","status":"completed",
                "output":[{"type":"message","content":[{"type":"output_text","text":"4",
                "logprobs":[{"logprob":-0.5}]}]}],"usage":{"input_tokens":9,"output_tokens":7,
                "input_tokens_details":{"cached_tokens":3},
                "output_tokens_details":{"reasoning_tokens":6}}}}"#,
        ],
    ),
    (
        r#"{"type":"message","model":"m-1","content":[{"type":"thinking","thinking":"hm"},
            {"type":"text","text":"4"}],"stop_reason":"end_turn","usage":{"input_tokens":2,
            "cache_read_input_tokens":3,"cache_creation_input_tokens":4,"output_tokens":7}}"#,
        &[
            r#"{"type":"message_start","message":{"model":"m-1","content":[],"usage":
                {"input_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":4,
                "output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"hm"}}"#,
            r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"4"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},
                "usage":{"output_tokens":7}}"#,
            r#"{"type":"message_stop"}"#,
        ],
    ),
    (
        r#"{"modelVersion":"m-1","candidates":[{"content":{"parts":[{"text":"hm","thought":true},
            {"text":"4"}]},"finishReason":"STOP","avgLogprobs":-0.5}],"usageMetadata":
            {"promptTokenCount":9,"cachedContentTokenCount":3,"candidatesTokenCount":1,
            "thoughtsTokenCount":6}}"#,
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}]}"#,
            r#"{"modelVersion":"m-1","candidates":[{"content":{"parts":[{"text":"4"}]},
                "finishReason":"STOP","avgLogprobs":-0.5}],"usageMetadata":{"promptTokenCount":9,
                "cachedContentTokenCount":3,"candidatesTokenCount":1,"thoughtsTokenCount":6}}"#,
        ],
    ),
];

#[test]
fn an_answer_reads_the_same_whole_and_streamed_in_every_format() {
    for (endpoint, (body, events)) in endpoints().iter().zip(ANSWERS) {
        let kind = endpoint.kind();
        let reply = whole(endpoint, body).unwrap();
        assert_eq!(stream(endpoint, events).unwrap(), reply, "{kind}");
        assert_eq!((reply.text.as_str(), reply.model.as_deref()), ("4", Some("m-1")), "{kind}");
        let has_written = kind == "anthropic";
        let expected = Counts {
            prompt: Some(Tokens(9)),
            cached: Some(Tokens(3)),
            cache_written: has_written.then_some(Tokens(4)),
            completion: Some(Tokens(7)),
            reasoning: (!has_written).then_some(Tokens(6)),
        };
        assert_eq!(reply.counts, expected, "{kind}");
        let confidence = reply.confidence.map(|it| (it.value() * 1e4).round());
        assert_eq!(confidence, (!has_written).then_some(6065.0), "exp(-0.5), {kind}");
    }
}

#[test]
fn a_stream_that_was_cut_anywhere_is_never_an_answer() {
    for (endpoint, (_, events)) in endpoints().iter().zip(ANSWERS) {
        for n in 0..events.len() {
            let cut = stream(endpoint, &events[..n]);
            assert_eq!(cut, Err(Failure::CutStream), "{} after {n} events", endpoint.kind());
        }
        let broken = stream(endpoint, &[events[0], "{\"choices\": ["]);
        assert_eq!(broken, Err(Failure::Malformed), "{}", endpoint.kind());
    }
}

#[test]
fn a_success_that_is_no_answer_is_a_failure_of_its_own_kind() {
    use Failure::{ContentFilter, Empty, Malformed, Quota, Truncated, Unavailable};
    let [openai, responses, anthropic, gemini] = &endpoints();
    for (endpoint, body, failure) in [
        (openai, "<html>", Malformed),
        (openai, r#"{"choices":["#, Malformed),
        (openai, r#"{"choices":[]}"#, Malformed),
        (openai, r#"{"error":{"message":"x"}}"#, Malformed),
        (openai, r#"{"error":{"type":"insufficient_quota"}}"#, Quota),
        (openai, r#"{"choices":[{"message":{"content":""}}]}"#, Empty),
        (openai, r#"{"choices":[{"message":{"content":null}}]}"#, Empty),
        (openai, r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}]}"#, Truncated),
        (
            openai,
            r#"{"choices":[{"message":{"refusal":"no"},"finish_reason":"stop"}]}"#,
            ContentFilter,
        ),
        (
            openai,
            r#"{"choices":[{"message":{"content":"a"},"finish_reason":"content_filter"}]}"#,
            ContentFilter,
        ),
        (responses, "{}", Malformed),
        (responses, r#"{"status":"failed","error":{"code":"server_error"}}"#, Unavailable),
        (
            responses,
            r#"{"status":"incomplete","output":[],
            "incomplete_details":{"reason":"max_output_tokens"}}"#,
            Truncated,
        ),
        (
            responses,
            r#"{"status":"completed","output":[{"content":[{"refusal":"no"}]}]}"#,
            ContentFilter,
        ),
        (responses, r#"{"status":"completed","output":[{"content":[{"text":""}]}]}"#, Empty),
        (anthropic, "{}", Malformed),
        (anthropic, r#"{"type":"error","error":{"type":"overloaded_error"}}"#, Unavailable),
        (anthropic, r#"{"content":[],"stop_reason":"end_turn"}"#, Empty),
        (anthropic, r#"{"content":[],"stop_reason":"max_tokens"}"#, Truncated),
        (anthropic, r#"{"content":[{"text":"I"}],"stop_reason":"refusal"}"#, ContentFilter),
        (gemini, r#"{"candidates":[]}"#, Malformed),
        (gemini, r#"{"promptFeedback":{"blockReason":"SAFETY"}}"#, ContentFilter),
        (gemini, r#"{"candidates":[{"finishReason":"SAFETY"}]}"#, ContentFilter),
        (gemini, r#"{"candidates":[{"finishReason":"MAX_TOKENS"}]}"#, Truncated),
        (gemini, r#"{"candidates":[{"finishReason":"STOP","content":{}}]}"#, Empty),
        (gemini, r#"[{"error":{"code":503,"status":"UNAVAILABLE"}}]"#, Unavailable),
    ] {
        assert_eq!(whole(endpoint, body), Err(failure), "{} {body}", endpoint.kind());
    }
}

#[test]
fn an_error_in_a_stream_ends_it() {
    for (endpoint, ((_, events), error)) in endpoints().iter().zip(ANSWERS.into_iter().zip([
        r#"{"error":{"type":"server_error","message":"overloaded"}}"#,
        r#"{"type":"error","code":"server_error","message":"x"}"#,
        r#"{"type":"error","error":{"type":"overloaded_error"}}"#,
        r#"{"error":{"code":503,"status":"UNAVAILABLE"}}"#,
    ])) {
        let mut events = events[..1].to_vec();
        events.push(error);
        assert_eq!(stream(endpoint, &events), Err(Failure::Unavailable), "{}", endpoint.kind());
    }
}

#[test]
fn no_tokens_for_a_text_are_not_known_rather_than_free() {
    let body = r#"{"candidates":[{"content":{"parts":[{"text":"B"}]},"finishReason":"STOP"}],
        "usageMetadata":{"promptTokenCount":0,"candidatesTokenCount":0}}"#;
    let [.., gemini] = endpoints();
    let counts = whole(&gemini, body).unwrap().counts;
    assert_eq!((counts.prompt, counts.completion), (None, None));
}
