//! Lines of a text file, plain or gzipped, read one at a time and never longer than a bound.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// The longest line that is read.
pub const MAX_LINE_MIB: usize = 16;

/// Reads lines. Only `\n` and `\r\n` end one.
pub struct Lines {
    reader: Box<dyn BufRead>,
    number: usize,
}

/// One line, or what is wrong with it.
pub enum Line {
    /// Its text, without its end.
    Text(String),
    /// It is longer than [`MAX_LINE_MIB`].
    TooLong,
    /// It is not UTF-8.
    NotUtf8,
}

impl Lines {
    /// Opens a file; one whose name ends in `.gz` is unpacked.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { reader: Box::new(BufReader::new(open(path)?)), number: 0 })
    }

    /// The next line with its number, from 1; `None` at the end of the file.
    ///
    /// # Errors
    /// When the file can't be read on.
    pub fn read(&mut self) -> io::Result<Option<(usize, Line)>> {
        const MAX: u64 = (MAX_LINE_MIB as u64) << 20;
        let mut bytes = Vec::new();
        let n_read = self.reader.by_ref().take(MAX).read_until(b'\n', &mut bytes)?;
        if n_read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if bytes.last() != Some(&b'\n') && n_read as u64 == MAX {
            self.reader.skip_until(b'\n')?;
            return Ok(Some((self.number, Line::TooLong)));
        }
        while matches!(bytes.last(), Some(b'\n' | b'\r')) {
            bytes.pop();
        }
        let line = String::from_utf8(bytes).map_or(Line::NotUtf8, |text| {
            let bom = if self.number == 1 { "\u{feff}" } else { "" };
            Line::Text(text.strip_prefix(bom).map(str::to_owned).unwrap_or(text))
        });
        Ok(Some((self.number, line)))
    }
}

/// Opens a file; one whose name ends in `.gz` is unpacked.
///
/// # Errors
/// When it can't be opened.
pub fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let file = File::open(path)?;
    let is_packed = path.extension().is_some_and(|ending| ending == "gz");
    Ok(if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}
