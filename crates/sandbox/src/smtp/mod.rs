//! The mail server: takes mail as strictly as RFC 5321 lets it, and delivers it to nobody.

mod dialogue;
mod mail;

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use self::dialogue::{Dialogue, Step};
pub use self::mail::Mail;
use crate::world::World;

/// Longest line with its end (RFC 5321 section 4.5.3.1.6).
const LONGEST_LINE_BYTES: u64 = 1_000;
/// Largest mail that is taken, as EHLO's answer says.
const LARGEST_MAIL_BYTES: usize = 256 * 1024;
/// Who says nothing for so long has left (section 4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(300);

/// Serves until dropped; dropping ends the open conversations too.
pub(crate) async fn serve(listener: TcpListener, world: World) {
    let mut conversations = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    conversations.spawn(converse(stream, world.clone()));
                }
            }
            Some(_) = conversations.join_next() => {}
        }
    }
}

/// An error is a client that left.
async fn converse(stream: TcpStream, world: World) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    let mut dialogue = Dialogue::default();
    writer.write_all(b"220 sandbox.invalid ESMTP stand-in\r\n").await?;
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut reader).take(LONGEST_LINE_BYTES);
        let read = tokio::time::timeout(PATIENCE, bounded.read_until(b'\n', &mut line)).await;
        if !matches!(read, Ok(Ok(1..))) {
            return Ok(());
        }
        let step = match line.strip_suffix(b"\r\n") {
            Some(line) => dialogue.hear(line),
            // A lone line feed may be an end of data to one server and none to another, which is
            // how mail is smuggled; a longer line is none.
            None => Step::Leave("500 5.5.2 lines end with CR LF and have at most 1000 bytes"),
        };
        let answer = match step {
            Step::Listen => continue,
            Step::Say(answer) => answer.to_owned(),
            Step::Leave(answer) => {
                return writer.write_all(format!("{answer}\r\n").as_bytes()).await;
            }
            Step::Take { from, to, data } => take(&world, from, to, &data),
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

fn take(world: &World, from: String, to: Vec<String>, data: &[u8]) -> String {
    if let Some(refusal) = world.behaviour().mail_refusal {
        return refusal;
    }
    match Mail::read(from, to, data) {
        Ok(mail) => {
            world.state().mails.push(mail);
            "250 2.0.0 taken".to_owned()
        }
        Err(fault) => format!("554 5.6.0 {fault}"),
    }
}
