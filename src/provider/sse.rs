//! Server-sent events, split out of bytes that may break anywhere.
//!
//! Source: HTML Living Standard, section 9.2.6 (interpreting an event stream). Fields other than
//! `event` and `data` mean nothing here.

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Its name; empty where it has none.
    pub(super) name: String,
    /// Its data, lines joined by a line feed.
    pub(super) data: String,
}

/// Holds what came of an event that has not ended yet.
#[derive(Debug, Default)]
pub(super) struct Splitter {
    rest: Vec<u8>,
    event: Event,
    has_data: bool,
}

impl Splitter {
    /// Adds bytes, and tells `found` of every event that they end.
    ///
    /// # Errors
    /// The first that `found` makes; what came behind it is dropped.
    pub(super) fn push<E>(
        &mut self,
        bytes: &[u8],
        mut found: impl FnMut(&Event) -> Result<(), E>,
    ) -> Result<(), E> {
        self.rest.extend_from_slice(bytes);
        let mut start = 0;
        // A carriage return at the end may be half of a line end, so it waits for its neighbour.
        while let Some(end) = self.rest[start..].iter().position(|b| matches!(b, b'\n' | b'\r')) {
            let end = start + end;
            let is_return = self.rest[end] == b'\r';
            if is_return && end + 1 == self.rest.len() {
                break;
            }
            let line = String::from_utf8_lossy(&self.rest[start..end]).into_owned();
            start = end + 1 + usize::from(is_return && self.rest[end + 1] == b'\n');
            if let Some(event) = self.line(&line) {
                found(&event)?;
            }
        }
        self.rest.drain(..start);
        Ok(())
    }

    fn line(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return std::mem::take(&mut self.has_data).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field.trim_start_matches('\u{feff}') {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.has_data {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
                self.has_data = true;
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STREAM: &str = "\u{feff}: a comment\r\nevent: delta\r\ndata: {\"a\":\r\ndata: \"é\"}\r\n\
                          \r\nid: 7\ndata:x\n\nevent: none\n\ndata\r\rdata: [DONE]\n\n";

    fn split(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let (mut splitter, mut events) = (Splitter::default(), Vec::new());
        for piece in pieces {
            let keep = |event: &Event| {
                events.push((event.name.clone(), event.data.clone()));
                Ok::<_, ()>(())
            };
            splitter.push(piece, keep).unwrap();
        }
        events
    }

    #[test]
    fn events_come_out_as_the_standard_says() {
        let expected = [("delta", "{\"a\":\n\"é\"}"), ("", "x"), ("", ""), ("", "[DONE]")];
        let expected = expected.map(|(name, data)| (name.to_owned(), data.to_owned()));
        assert_eq!(split(&[STREAM.as_bytes()]), expected);
    }

    #[test]
    fn an_event_without_its_blank_line_has_not_come() {
        assert_eq!(split(&[b"data: x\ndata: y\n"]), []);
        assert_eq!(split(&[b"data: x\ndata: y\n", b"\n"]).len(), 1);
    }

    proptest! {
        #[test]
        fn where_the_bytes_break_changes_nothing(
            cuts in prop::collection::vec(0..STREAM.len(), 0..9),
        ) {
            let (mut cuts, mut pieces, mut start) = (cuts, Vec::new(), 0);
            cuts.sort_unstable();
            for cut in cuts {
                pieces.push(&STREAM.as_bytes()[start..cut]);
                start = cut;
            }
            pieces.push(&STREAM.as_bytes()[start..]);
            prop_assert_eq!(split(&pieces), split(&[STREAM.as_bytes()]));
        }
    }
}
