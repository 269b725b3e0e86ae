//! HTTP/1.1 over a bare socket: one connection, one outstanding request.
//! It runs on the cores of the server that it measures, so it copies and allocates little.

use std::net::SocketAddr;
use std::ops::Range;

use anyhow::{Context, bail, ensure};
use httparse::{EMPTY_HEADER, Status};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Room for a page, so that the buffer seldom grows.
const USUAL_BYTES: usize = 64 * 1024;
/// More than any server here sends.
const MOST_HEADERS: usize = 48;

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

/// An answer, until the next question.
pub(crate) struct Reply<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// The status line and the headers.
    head: &'a [u8],
    /// The body, without its chunks' frames.
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects to a server.
    pub(crate) async fn open(address: SocketAddr) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(address).await.context("no connection")?;
        stream.set_nodelay(true).context("Nagle's algorithm stays on")?;
        Ok(Connection { stream, received: Vec::with_capacity(USUAL_BYTES) })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Reply<'_>> {
        self.received.clear();
        self.stream.write_all(request).await.context("sending a request")?;
        let head = loop {
            match Head::parse(&self.received)? {
                Some(head) => break head,
                None => self.receive().await?,
            }
        };
        let body = match head.framing {
            Framing::Length(bytes) => head.bytes..head.bytes + bytes,
            Framing::Chunked => self.unframe(head.bytes).await?,
        };
        while self.received.len() < body.end {
            self.receive().await?;
        }
        Ok(Reply {
            status: head.status,
            head: &self.received[..head.bytes],
            body: &self.received[body],
        })
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.received).await.context("reading an answer")?;
        ensure!(read > 0, "the server hung up before the end of its answer");
        Ok(())
    }

    /// Reads chunks to the last one and moves their contents together (RFC 9112 section 7.1).
    async fn unframe(&mut self, start: usize) -> anyhow::Result<Range<usize>> {
        let (mut at, mut end) = (start, start);
        loop {
            let parsed = httparse::parse_chunk_size(&self.received[at..]);
            let Status::Complete((line, size)) = parsed.ok().context("a malformed chunk")? else {
                self.receive().await?;
                continue;
            };
            let from = at + line;
            let to = from + usize::try_from(size)?;
            while self.received.len() < to + 2 {
                self.receive().await?;
            }
            ensure!(&self.received[to..to + 2] == b"\r\n", "a chunk without an end");
            if size == 0 {
                return Ok(start..end);
            }
            self.received.copy_within(from..to, end);
            end += to - from;
            at = to + 2;
        }
    }
}

impl Reply<'_> {
    /// Every value of a header, in order.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        let head = std::str::from_utf8(self.head).unwrap_or_default();
        head.lines().skip(1).filter_map(move |line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

struct Head {
    status: u16,
    bytes: usize,
    framing: Framing,
}

#[derive(Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
}

impl Head {
    /// `None` while there is more to come.
    fn parse(received: &[u8]) -> anyhow::Result<Option<Head>> {
        let mut headers = [EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let parsed = response.parse(received).context("a malformed answer")?;
        let Status::Complete(bytes) = parsed else { return Ok(None) };
        let status = response.code.context("an answer without a status")?;
        for header in response.headers.iter() {
            if header.name.eq_ignore_ascii_case("content-length") {
                let length = std::str::from_utf8(header.value)?.trim().parse()?;
                return Ok(Some(Head { status, bytes, framing: Framing::Length(length) }));
            }
            if header.name.eq_ignore_ascii_case("transfer-encoding") {
                ensure!(header.value == b"chunked", "an unknown transfer coding");
                return Ok(Some(Head { status, bytes, framing: Framing::Chunked }));
            }
        }
        bail!("an answer of unknown length, status {status}")
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// What the client makes of an answer that comes in these pieces.
    async fn read(pieces: &'static [&'static str]) -> anyhow::Result<(u16, String, Vec<String>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut connection = Connection::open(listener.local_addr()?).await?;
        let (mut server, _) = listener.accept().await?;
        server.set_nodelay(true)?;
        tokio::spawn(async move {
            for piece in pieces {
                server.write_all(piece.as_bytes()).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let reply = connection.exchange(b"GET / HTTP/1.1\r\n\r\n").await?;
        let cookies = reply.headers("set-cookie").map(str::to_owned).collect();
        Ok((reply.status, String::from_utf8(reply.body.to_vec())?, cookies))
    }

    #[tokio::test]
    async fn a_body_with_a_length_may_come_in_pieces() {
        let pieces = &["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 5\r\n\r\nhe", "llo"];
        assert_eq!(read(pieces).await.unwrap(), (200, "hello".to_owned(), vec![]));
    }

    #[tokio::test]
    async fn chunks_are_joined_wherever_they_are_cut() {
        let pieces = &[
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
            "lo\r",
            "\n7\r\n, world\r\n0",
            "\r\n\r\n",
        ];
        assert_eq!(read(pieces).await.unwrap().1, "hello, world");
    }

    #[tokio::test]
    async fn every_cookie_of_an_answer_is_found() {
        let pieces = &[
            "HTTP/1.1 303 See Other\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 0\r\n\r\n",
        ];
        assert_eq!(read(pieces).await.unwrap().2, ["a=1", "b=2"]);
    }

    #[tokio::test]
    async fn half_an_answer_is_an_error() {
        assert!(read(&["HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"]).await.is_err());
        assert!(read(&["HTTP/1.1 200 OK\r\n\r\nno length"]).await.is_err());
    }
}
