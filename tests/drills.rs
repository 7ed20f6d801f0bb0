//! Drills as a user makes them: the ready ones, of our own policies, and of gateways.
//!
//! Real gateways are drilled where `QUORUMBENCH_GATEWAY_PYTHON` names a Python that has LiteLLM's
//! proxy and TensorZero (`pip install 'litellm[proxy]' tensorzero openai`), and
//! `QUORUMBENCH_PORTKEY` the start script of Portkey's gateway (`npm install @portkey-ai/gateway`);
//! skipped elsewhere. Checked with litellm 1.106.2, tensorzero 2026.6.0 and gateway 1.15.2.

mod support {
    pub(crate) mod command;
    pub(crate) mod serve;
}

mod drill {
    mod exported;
    mod gateways;
    mod passed_on;
    mod probed;
    mod ready;
}
