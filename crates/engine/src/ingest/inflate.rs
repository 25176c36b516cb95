//! The one place where anything is decompressed, with a cap.
//!
//! A log file is foreign: it may be cut short, damaged, or a bomb. What could be inflated before the damage is used,
//! and the damage is said.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::reason::Ending;
use crate::limits::{MAX_INFLATION, TRUSTED_INFLATED_BYTES};

/// Why compressed data could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// The data breaks off.
    #[error("truncated gzip: the file breaks off before the end of its data")]
    Truncated,
    /// The data is not what the format allows, or its checksum is wrong.
    #[error("damaged gzip: {0}")]
    Corrupt(String),
    /// It inflates to more than the cap.
    #[error("gzip bomb: inflates to more than {0} bytes; the rest was not read")]
    TooLarge(u64),
}

/// The stream behind an input, after any decompression.
pub(super) type Stream<'a> = Box<dyn Read + 'a>;

/// Looks at the first bytes and returns the stream of text behind them.
pub(super) fn detect<'a>(mut source: impl Read + 'a) -> Result<Stream<'a>, Ending> {
    let mut head = [0_u8; 4];
    let filled = fill(&mut source, &mut head).map_err(|error| Ending::Io(error.to_string()))?;
    let head = head.get(..filled).unwrap_or_default().to_vec();
    if head.is_empty() {
        return Err(Ending::Empty);
    }
    if let Some(what) = unsupported(&head) {
        return Err(Ending::NotALog(what));
    }
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let whole = io::Cursor::new(head).chain(source);
    if gzip {
        let (compressed, failed) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let watched = Watched { inner: whole, count: Rc::clone(&compressed), failed: Rc::clone(&failed) };
        let decoder = MultiGzDecoder::new(io::BufReader::with_capacity(128 * 1024, watched));
        Ok(Box::new(Capped { inner: decoder, inflated: 0, cap: Cap::Inflation(compressed), failed }))
    } else {
        Ok(Box::new(whole))
    }
}

/// Formats that people have on disk next to logs, by their first bytes.
fn unsupported(head: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 7] = [
        (&[0x28, 0xb5, 0x2f, 0xfd], "zstd data; decompress it first"),
        (b"PK\x03\x04", "a zip archive; unpack it first"),
        (b"BZh", "bzip2 data; decompress it first"),
        (b"PAR1", "a Parquet file; scan the JSON files of the trail"),
        (&[0xff, 0xfe], "UTF-16 text; convert it to UTF-8 first"),
        (&[0xfe, 0xff], "UTF-16 text; convert it to UTF-8 first"),
        (&[0x7f, b'E', b'L', b'F'], "a program"),
    ];
    MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what)
}

/// Reads until `buffer` is full or the input ends.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match source.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Inflates a gzip payload in memory to at most `cap` bytes.
pub fn inflate(payload: &[u8], cap: usize) -> Result<Vec<u8>, InflateError> {
    let mut out = Vec::new();
    let (cap, failed) = (Cap::Bytes(cap as u64), Rc::default());
    let mut stream = Capped { inner: MultiGzDecoder::new(payload), inflated: 0, cap, failed };
    match stream.read_to_end(&mut out) {
        Ok(_) => Ok(out),
        Err(error) => Err(explain(&error)),
    }
}

/// The reason behind an error of the decoder or of [`Capped`].
pub(super) fn explain(error: &io::Error) -> InflateError {
    if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<InflateError>()) {
        return inner.clone();
    }
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return InflateError::Truncated;
    }
    InflateError::Corrupt(error.to_string())
}

/// What stops a decoder.
enum Cap {
    /// So many bytes in all: for what is kept in memory whole.
    Bytes(u64),
    /// So many times what was read, of which this is the count: for what is streamed.
    Inflation(Rc<Cell<u64>>),
}

impl Cap {
    fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => *bytes,
            Self::Inflation(compressed) => {
                TRUSTED_INFLATED_BYTES.max(compressed.get().saturating_mul(MAX_INFLATION))
            }
        }
    }
}

/// A decoder that stops at a cap and marks its errors as its own, so that they are not taken for those of the source.
struct Capped<R> {
    inner: R,
    inflated: u64,
    cap: Cap,
    /// Whether the source itself failed: then the data may be good.
    failed: Rc<Cell<bool>>,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.inner.read(buffer) {
            Ok(count) => count,
            Err(error) if !self.failed.get() && is_format_error(&error) => {
                return Err(io::Error::other(explain(&error)));
            }
            Err(error) => return Err(error),
        };
        self.inflated += count as u64;
        if self.inflated > self.cap.bytes() {
            return Err(io::Error::other(InflateError::TooLarge(self.cap.bytes())));
        }
        Ok(count)
    }
}

/// Counts the compressed bytes as they are read, and notes when no more can be: a lost connection fails with the same kinds
/// of error as a decoder.
struct Watched<R> {
    inner: R,
    count: Rc<Cell<u64>>,
    failed: Rc<Cell<bool>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(count) => {
                self.count.set(self.count.get() + count as u64);
                Ok(count)
            }
            Err(error) => {
                self.failed.set(error.kind() != io::ErrorKind::Interrupted);
                Err(error)
            }
        }
    }
}

/// True for the kinds of error by which the decoder says that the data, not the source, is at fault.
fn is_format_error(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
    ) || error.raw_os_error().is_none() && error.kind() == io::ErrorKind::Other
}
