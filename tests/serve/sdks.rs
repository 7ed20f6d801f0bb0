//! The vendors' own clients read what `serve` says, whole and streamed, and name its errors.
//!
//! Run where `QUORUMBENCH_SDK_PYTHON` names a Python that has them (`pip install openai anthropic
//! google-genai`), skipped elsewhere. Checked with openai 3.57.0, anthropic 2.13.0 and google-genai
//! 3.6.1.

use std::fs;
use std::process::Command;

use crate::support::serve::Served;

const SCENARIO: &str = "version: 1
name: clients
tasks:
  words: { dataset: items.jsonl }
providers:
  p:
    synthetic:
      { accuracy: 1, latency: 0s, says: \"one two {answer}\", input_tokens: 9, output_tokens: 3 }
models:
  a: { provider: p }
  limited: { provider: p }
  broken: { provider: p }
faults:
  many:
    outage: { of: { model: limited }, reply: { status: { body: rate-limit, retry_after: 2s } } }
  half:
    outage: { of: { model: broken }, reply: { stream-error: { body: server-error } } }
";

/// What the clients tell, by model. Names of errors are those of the clients' own classes; what
/// ends a stream of responses with an error event is told by the absence of a final response.
const TOLD: &str = "\
chat a: ('one two w0', 'stop', 12, 'a')
azure a: ('one two w0', 'stop', 12, 'a')
chat stream a: ('one two w0', 'stop', 12)
responses a: ('one two w0', 'completed', 12)
responses stream a: ('one two w0', 'completed', True)
messages a: ('one two w0', 'end_turn', 3)
messages stream a: ('one two w0', 'end_turn', 3)
generate a: ('one two w0', 'STOP', 12)
generate stream a: ('one two w0', 'STOP', 12)
chat limited: RateLimitError
azure limited: RateLimitError
chat stream limited: RateLimitError
responses limited: RateLimitError
responses stream limited: RateLimitError
messages limited: RateLimitError
messages stream limited: RateLimitError
generate limited: ClientError
generate stream limited: ClientError
chat broken: InternalServerError
azure broken: InternalServerError
chat stream broken: APIError
responses broken: InternalServerError
responses stream broken: RuntimeError
messages broken: InternalServerError
messages stream broken: APIStatusError
generate broken: ServerError
generate stream broken: ServerError
chat nobody: NotFoundError
azure nobody: NotFoundError
chat stream nobody: NotFoundError
responses nobody: NotFoundError
responses stream nobody: NotFoundError
messages nobody: NotFoundError
messages stream nobody: NotFoundError
generate nobody: ClientError
generate stream nobody: ClientError
models: ['a', 'broken', 'limited']
models of messages: ['a', 'broken', 'limited']
models of generate: ['models/a', 'models/broken', 'models/limited']
";

#[test]
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn the_vendors_own_clients_parse_every_reply_and_name_every_error() {
    let Ok(python) = std::env::var("QUORUMBENCH_SDK_PYTHON") else {
        println!("skipped: QUORUMBENCH_SDK_PYTHON names no Python that has the clients");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let item = "{\"id\":0,\"input\":\"Say w0\",\"target\":\"w0\"}\n";
    fs::write(folder.path().join("items.jsonl"), item).expect("a write");
    fs::write(folder.path().join("s.yaml"), SCENARIO).expect("a write");
    let served = Served::start(folder.path(), &[]);
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/serve/clients.py"))
        .arg(format!("http://{}", served.address))
        .output()
        .expect("the Python starts");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{talk}");
    assert_eq!(told, TOLD, "{talk}");
}
