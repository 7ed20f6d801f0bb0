//! What a call meets on the wire, as the steps of a script.

use super::ask::{Ask, Delivery};
use super::pace::Pace;
use super::said::{Finish, Said, estimate, pieces};
use super::script::{
    End, Frame, HTML, Head, Step, error, frames, later, reply, sent, stream, whole,
};
use super::wire::{Format, Problem};
use crate::fault::{OnWire, Status, Trouble};
use crate::kernel::{Lasting, Micros, Tokens};

/// What a model says that declines.
const DECLINES: &str = "I'm sorry, but I can't help with that.";

/// A page as a proxy in front of a provider sends it.
const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head>\n\
                    <body><h1>Bad gateway</h1>\n<p>The server had an error.</p></body></html>\n";

/// What there would be without a fault.
#[derive(Clone, Copy)]
pub(super) struct Usual<'a> {
    pub(super) format: Format,
    pub(super) ask: &'a Ask,
    pub(super) said: &'a Said,
    pub(super) pace: Pace,
}

/// What comes of a call that meets this.
///
/// A client that is connected can't be refused, and its names and handshakes are its own: of what
/// happens before a request, `refused` and `dns` are a reset, `tls` is a close, and
/// `connect-timeout` is silence.
pub(super) fn faulted(meets: &OnWire, usual: Usual<'_>) -> Vec<Step> {
    let Usual { format, ask, said, pace } = usual;
    match meets {
        OnWire::Refused(_) | OnWire::Dns(_) | OnWire::Reset(_) => vec![Step::End(End::Reset)],
        OnWire::Tls(_) => vec![Step::End(End::Close)],
        OnWire::ConnectTimeout(_) => vec![Step::Hang],
        OnWire::Hang(hang) => match hang.lasts {
            Some(Lasting(wait)) => vec![Step::Wait(wait), Step::End(End::Close)],
            None => vec![Step::Hang],
        },
        OnWire::SlowFirstToken(slow) => {
            let before = pace.before + slow.by.0;
            reply(format, ask, said, Pace { before, ..pace })
        }
        OnWire::SlowStream(slow) => {
            reply(format, ask, said, Pace { each: pace.each + slow.each.0, ..pace })
        }
        OnWire::Stall(stall) => {
            let (mut begun, rest) = usual.broken(stall.after_tokens);
            match stall.lasts {
                None => begun.push(Step::Hang),
                Some(Lasting(wait)) => {
                    begun.push(Step::Wait(wait));
                    begun.extend(rest);
                }
            }
            begun
        }
        OnWire::CutStream(cut) => {
            let (mut begun, _) = usual.broken(cut.after_tokens);
            begun.push(Step::End(End::Close));
            begun
        }
        OnWire::BadSse(bad) => usual.bad_event(bad.after_tokens),
        OnWire::StreamError(fails) => usual.failing(fails.after_tokens, fails.body),
        OnWire::Status(status) => error(format, &problem(status)),
        OnWire::Html(html) => {
            let head = Head { status: html.code, content_type: HTML, headers: Vec::new() };
            vec![Step::Head(head), Step::Send(PAGE.into())]
        }
        OnWire::TruncatedJson(_) => usual.half(),
        OnWire::ErrorObject(object) => usual.error_object(object.body),
        OnWire::NoChoices(_) => usual.without_choices(),
        OnWire::Empty(_) => usual.saying("", Finish::Stop),
        OnWire::Truncated(truncated) => {
            let mut said = said.clone().cut(truncated.after_tokens);
            said.finish = Finish::Length;
            reply(format, ask, &said, pace)
        }
        OnWire::Refusal(_) => usual.saying(DECLINES, Finish::Refusal),
    }
}

fn problem(status: &Status) -> Problem {
    Problem {
        trouble: status.trouble(),
        status: status.code,
        retry_after: status.retry_after.map(|Lasting(micros)| micros),
        message: None,
    }
}

fn usual_problem(trouble: Trouble) -> Problem {
    problem(&Status { body: Some(trouble), ..Status::default() })
}

impl Usual<'_> {
    fn frames(&self) -> Vec<Frame> {
        frames(self.format.stream(self.said, self.ask), self.pace)
    }

    fn body(&self) -> String {
        self.format.whole(self.said).to_string()
    }

    fn wait(&self) -> Micros {
        self.pace.whole(self.said.pieces.len())
    }

    /// The reply up to so many tokens, and the rest. In one piece it breaks in the middle.
    fn broken(&self, after_tokens: u64) -> (Vec<Step>, Vec<Step>) {
        match self.ask.delivery {
            Delivery::Stream => {
                let mut frames = self.frames();
                let after = (after_tokens as usize).min(frames.len().saturating_sub(1));
                let rest = frames.split_off(after);
                // Headers are sent once.
                (stream(frames), stream(rest).split_off(1))
            }
            Delivery::Whole => {
                let (first, rest) = halves(self.body());
                let steps = later(self.wait(), whole(200, first, Vec::new()));
                (steps, sent(rest).into_iter().collect())
            }
        }
    }

    /// An event that is no JSON behind so many tokens; what follows is as it should be.
    fn bad_event(&self, after_tokens: u64) -> Vec<Step> {
        if self.ask.delivery == Delivery::Whole {
            return self.half();
        }
        let mut frames = self.frames();
        let after = (after_tokens as usize).min(frames.len().saturating_sub(1));
        let broken = frames[after].1.trim_end();
        let broken = format!("{}\n\n", halves(broken.to_owned()).0);
        frames.insert(after, (Micros(0), broken));
        stream(frames)
    }

    /// An error behind so many tokens, and the end. In one piece it is an error response.
    fn failing(&self, after_tokens: u64, trouble: Trouble) -> Vec<Step> {
        let problem = usual_problem(trouble);
        if self.ask.delivery == Delivery::Whole {
            return later(self.wait(), error(self.format, &problem));
        }
        let mut frames = self.frames();
        frames.truncate((after_tokens as usize).min(frames.len().saturating_sub(1)));
        let n_tokens = frames.len() as u64;
        frames.push((Micros(0), self.format.error_event(&problem, n_tokens)));
        stream(frames)
    }

    /// Half a body, or half a stream, as if it were the whole.
    fn half(&self) -> Vec<Step> {
        match self.ask.delivery {
            Delivery::Whole => later(self.wait(), whole(200, halves(self.body()).0, Vec::new())),
            Delivery::Stream => {
                let mut frames = self.frames();
                frames.truncate(frames.len().div_ceil(2));
                if let Some((_, last)) = frames.last_mut() {
                    *last = halves(last.trim_end().to_owned()).0;
                }
                stream(frames)
            }
        }
    }

    fn error_object(&self, trouble: Trouble) -> Vec<Step> {
        let problem = usual_problem(trouble);
        match self.ask.delivery {
            Delivery::Whole => {
                let (_, body) = self.format.error(&problem);
                later(self.wait(), whole(200, body.to_string(), Vec::new()))
            }
            Delivery::Stream => stream(vec![(self.wait(), self.format.error_event(&problem, 0))]),
        }
    }

    fn without_choices(&self) -> Vec<Step> {
        match self.ask.delivery {
            Delivery::Whole => {
                let body = self.format.whole_without_choices(self.said).to_string();
                later(self.wait(), whole(200, body, Vec::new()))
            }
            Delivery::Stream => {
                stream(frames(self.format.stream_without_choices(self.said), self.pace))
            }
        }
    }

    /// Another text in the time of the usual one.
    fn saying(&self, text: &str, finish: Finish) -> Vec<Step> {
        let mut said = self.said.clone();
        let completion = if text.is_empty() { Tokens(0) } else { estimate(text) };
        said.pieces = pieces(text, completion.0);
        said.finish = finish;
        said.usage.completion = completion;
        said.usage.reasoning = Tokens(0);
        reply(self.format, self.ask, &said, self.pace)
    }
}

/// A text cut in the middle, at a character.
fn halves(mut text: String) -> (String, String) {
    let middle = (text.len() / 2..=text.len()).find(|at| text.is_char_boundary(*at));
    let rest = text.split_off(middle.unwrap_or(0));
    (text, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::serve::said::Usage;

    /// When each step of a chat stream of four tokens comes, in milliseconds since the request; the
    /// usual first token comes after 100 and the last after 400.
    fn times(reply: &str) -> Vec<u64> {
        let reply: OnWire = serde_json::from_str(reply).unwrap();
        let usage = Usage {
            prompt: Tokens(1),
            cached: Tokens(0),
            completion: Tokens(4),
            reasoning: Tokens(0),
        };
        let said = Said {
            id: "1".into(),
            model: "m".into(),
            pieces: pieces("abcd", 4),
            finish: Finish::Stop,
            usage,
            logprob: None,
        };
        let ask = Ask { delivery: Delivery::Stream, ..Ask::default() };
        let pace = Pace { first: Some(Micros(100_000)), total: Micros(400_000), ..Pace::default() };
        let usual = Usual { format: Format::Chat, ask: &ask, said: &said, pace };
        let mut now = 0;
        let mut sent_at = Vec::new();
        for step in faulted(&reply, usual) {
            match step {
                Step::Wait(Micros(wait)) => now += wait / 1000,
                Step::Send(_) => sent_at.push(now),
                Step::Head(_) => assert_eq!(now, 0, "headers come at once"),
                Step::Hang => sent_at.push(u64::MAX),
                Step::End(_) => sent_at.push(now + 1),
            }
        }
        sent_at
    }

    #[test]
    fn what_is_slow_is_slow_by_what_it_says() {
        for (reply, expected) in [
            (r#"{"slow-first-token": {"by": "1s"}}"#, vec![1100, 1200, 1300, 1400]),
            (r#"{"slow-stream": {"each": "50ms"}}"#, vec![100, 250, 400, 550]),
            (r#"{"stall": {"after_tokens": 2}}"#, vec![100, 200, u64::MAX]),
            (r#"{"stall": {"after_tokens": 2, "for": "1s"}}"#, vec![100, 200, 1300, 1400]),
            (r#"{"cut-stream": {"after_tokens": 3}}"#, vec![100, 200, 300, 301]),
            (r#"{"cut-stream": {"after_tokens": 0}}"#, vec![1]),
            (r#"{"stream-error": {"after_tokens": 1}}"#, vec![100]),
        ] {
            assert_eq!(times(reply), expected, "{reply}");
        }
    }
}
