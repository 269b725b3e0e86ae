//! The mail server: strict about order, lines and headers, and it shows what it took.

use std::net::SocketAddr;

use crate::raw_http::*;
use sandbox::Sandbox;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(address: SocketAddr) -> Client {
        let mut client = Client(BufReader::new(TcpStream::connect(address).await.unwrap()));
        assert_eq!(client.answer().await, 220);
        client
    }

    async fn greeted(sandbox: &Sandbox) -> Client {
        let mut client = Client::connect(sandbox.mail_address()).await;
        assert_eq!(client.say("EHLO test.example").await, 250);
        client
    }

    async fn say(&mut self, line: &str) -> u16 {
        self.write(format!("{line}\r\n").as_bytes()).await;
        self.answer().await
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    /// The code of the answer's last line; 0 once the server has hung up.
    async fn answer(&mut self) -> u16 {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).await.unwrap() == 0 {
                return 0;
            }
            if line.as_bytes()[3] == b' ' {
                return line[..3].parse().unwrap();
            }
        }
    }

    async fn says_all(&mut self, dialogue: &[(&str, u16)]) {
        for (line, code) in dialogue {
            assert_eq!(self.say(line).await, *code, "{line}");
        }
    }
}

const ENVELOPE: [(&str, u16); 3] =
    [("MAIL FROM:<a@site.example>", 250), ("RCPT TO:<b@user.example>", 250), ("DATA", 354)];
const HEADERS: &str = "From: a@site.example\r\nTo: b@user.example\r\nSubject: =?utf-8?B?0JjQvNGP?=\r\n\
    Date: Fri, 15 Jan 2027 08:00:00 +0000\r\nMessage-ID: <1@site.example>\r\nMIME-Version: 1.0\r\n";

#[tokio::test]
async fn a_mail_is_taken_decoded_and_shown() {
    let sandbox = start().await;
    let mut client = Client::greeted(&sandbox).await;
    client.says_all(&ENVELOPE).await;
    let body = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\
        \r\n=D0=AF\r\n..\r\nhttps://site.example/?token=3D1\r\n.";
    assert_eq!(client.say(&format!("{HEADERS}{body}")).await, 250);
    assert_eq!(client.say("QUIT").await, 221);

    let mail = sandbox.world().mails().remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("a@site.example", &["b@user.example".to_owned()][..])
    );
    assert_eq!((mail.subject.as_str(), mail.message_id.as_str()), ("Имя", "<1@site.example>"));
    assert!(mail.text.starts_with("Я\r\n.\r\n"), "a dot of the text stays: {:?}", mail.text);
    assert_eq!(mail.links(), ["https://site.example/?token=1"]);

    let get = async |path: &str| http().get(address(&sandbox, path)).send().await.unwrap();
    let listed: Value = get("/sandbox/mail").await.json().await.unwrap();
    assert_eq!(listed[0]["subject"], json!("Имя"));
    assert!(get("/mail/").await.text().await.unwrap().contains("href=\"/mail/1\""));
    let page = get("/mail/1").await.text().await.unwrap();
    assert!(page.contains("href=\"https://site.example/?token=1\""), "{page}");
    assert_eq!(get("/mail/2").await.status(), 404);
    http().delete(address(&sandbox, "/sandbox/mail")).send().await.unwrap();
    assert!(sandbox.world().mails().is_empty());
}

#[tokio::test]
async fn everything_has_its_order() {
    let sandbox = start().await;
    let mut client = Client::connect(sandbox.mail_address()).await;
    client
        .says_all(&[
            ("MAIL FROM:<a@site.example>", 503),
            ("HELO test.example", 501),
            ("EHLO", 501),
            ("EHLO test.example", 250),
            ("RCPT TO:<b@user.example>", 503),
            ("DATA", 503),
            ("MAIL FROM:<a@site.example> SIZE=100 BODY=8BITMIME", 250),
            ("MAIL FROM:<a@site.example>", 503),
            ("DATA", 503),
            ("RCPT TO:<b@user.example>", 250),
            ("NOOP", 250),
            ("RSET", 250),
            ("DATA", 503),
            ("AUTH PLAIN AGEAYg==", 502),
            ("STARTTLS", 502),
            ("quit", 221),
        ])
        .await;
    assert_eq!(client.answer().await, 0, "it hangs up");
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    let sandbox = start().await;
    let mut client = Client::greeted(&sandbox).await;
    client
        .says_all(&[
            ("MAIL FROM:a@site.example", 501),
            ("MAIL FROM: <a@site.example>", 501),
            ("MAIL FROM:<a@site.example> SIZE=many", 501),
            ("MAIL FROM:<a@site.example> SIZE=99999999", 552),
            ("MAIL FROM:<a@site.example> FUTURE=1", 555),
            ("MAIL FROM:<a@site.example>", 250),
            ("RCPT TO:<nobody>", 501),
            ("RCPT TO:<b c@user.example>", 501),
            ("RCPT TO:<b@user.example> NOTIFY=NEVER", 501),
        ])
        .await;
    for missing in ["Date", "Message-ID", "Subject"] {
        client.says_all(&[("RSET", 250)]).await;
        client.says_all(&ENVELOPE).await;
        let kept: String =
            HEADERS.split_inclusive("\r\n").filter(|line| !line.starts_with(missing)).collect();
        assert_eq!(client.say(&format!("{kept}\r\ntext\r\n.")).await, 554, "{missing}");
    }
    assert!(sandbox.world().mails().is_empty());
}

#[tokio::test]
async fn a_lone_line_feed_ends_no_mail() {
    let sandbox = start().await;
    let mut client = Client::greeted(&sandbox).await;
    client.says_all(&ENVELOPE).await;
    client
        .write(format!("{HEADERS}\r\ntext\n.\r\nMAIL FROM:<c@evil.example>\r\n").as_bytes())
        .await;
    assert_eq!(client.answer().await, 500);
    assert!(sandbox.world().mails().is_empty());
}

#[tokio::test]
async fn a_mail_that_is_too_large_is_read_to_its_end_and_refused() {
    let sandbox = start().await;
    let mut client = Client::greeted(&sandbox).await;
    client.says_all(&ENVELOPE).await;
    let filler = format!("{}\r\n", "x".repeat(900)).repeat(300);
    assert_eq!(client.say(&format!("{HEADERS}\r\n{filler}.")).await, 552);
    client.says_all(&ENVELOPE).await;
    assert_eq!(client.say(&format!("{HEADERS}\r\ntext\r\n.")).await, 250, "the next one is taken");
}

#[tokio::test]
async fn it_refuses_as_told() {
    let sandbox = start().await;
    sandbox.world().adjust(|habits| habits.mail_refusal = Some("451 4.3.0 later".to_owned()));
    let mut client = Client::greeted(&sandbox).await;
    client.says_all(&ENVELOPE).await;
    assert_eq!(client.say(&format!("{HEADERS}\r\ntext\r\n.")).await, 451);
    assert!(sandbox.world().mails().is_empty());
}
