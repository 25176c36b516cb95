//! HTTP/1.1 as far as tests speak it: one call to a stand-in, and the reading and writing of messages below it.

use std::io::{self, BufRead, BufReader, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// The longest that a stand-in may think.
const PATIENCE: Duration = Duration::from_mins(1);

/// The head and body of a request or an answer.
#[derive(Debug)]
pub(crate) struct Message {
    /// The words of the first line.
    pub(crate) start: Vec<String>,
    headers: Vec<(String, String)>,
    /// The body, in one piece.
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Calls a stand-in on this machine; status and body.
pub(crate) fn call(port: u16, method: &str, path: &str, body: &[u8]) -> io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat())?;
    let answer = read(&mut BufReader::new(stream))?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = answer.start.get(1).and_then(|code| code.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok((status, answer.body))
}

/// The next message; nothing where the other side has hung up.
pub(crate) fn read(stream: &mut impl BufRead) -> io::Result<Option<Message>> {
    let start = line(stream)?;
    if start.is_empty() {
        return Ok(None);
    }
    let mut message = Message { start: words(&start), headers: Vec::new(), body: Vec::new() };
    loop {
        let header = line(stream)?;
        let Some((name, value)) = header.split_once(':') else { break };
        message.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    message.body = match message.header("content-length").and_then(|length| length.parse().ok()) {
        Some(length) => piece(stream, length)?,
        None if message.header("transfer-encoding") == Some("chunked") => chunks(stream)?,
        None => Vec::new(),
    };
    Ok(Some(message))
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

fn piece(stream: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(body)
}

fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let head = line(stream)?;
        let size = head.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        let chunk = piece(stream, size)?;
        body.extend_from_slice(&chunk);
        // After the last chunk come trailers, which nobody sends, and an empty line as after every other.
        line(stream)?;
        if size == 0 {
            return Ok(body);
        }
    }
}

/// Writes an answer in one piece.
pub(crate) fn answer(
    stream: &mut TcpStream,
    status: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body].concat())
}
