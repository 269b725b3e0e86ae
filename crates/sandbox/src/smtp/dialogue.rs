//! What is said in which order: EHLO, MAIL, RCPT, DATA, and from anywhere RSET, NOOP and QUIT.

use super::LARGEST_MAIL_BYTES;

/// What is to be done about a line.
pub(super) enum Step {
    /// Nothing yet.
    Listen,
    /// Answer.
    Say(&'static str),
    /// Answer and hang up.
    Leave(&'static str),
    /// A whole mail is here.
    Take {
        /// The reverse path.
        from: String,
        /// The forward paths.
        to: Vec<String>,
        /// The mail itself, its dots unstuffed.
        data: Vec<u8>,
    },
}

/// One client's conversation.
#[derive(Default)]
pub(super) struct Dialogue {
    is_greeted: bool,
    from: Option<String>,
    to: Vec<String>,
    /// The mail so far, while one is sent; `Err` once it is too large.
    data: Option<Result<Vec<u8>, ()>>,
}

const GREETING: &str = concat!(
    "250-sandbox.invalid\r\n",
    "250-SIZE 262144\r\n",
    "250-8BITMIME\r\n",
    "250-SMTPUTF8\r\n",
    "250 ENHANCEDSTATUSCODES"
);
const OUT_OF_ORDER: Step = Step::Say("503 5.5.1 not now");
const MALFORMED: Step = Step::Say("501 5.5.4 malformed");
const DONE: Step = Step::Say("250 2.0.0 ok");

impl Dialogue {
    /// Takes one line, without its end.
    pub(super) fn hear(&mut self, line: &[u8]) -> Step {
        if self.data.is_some() {
            return self.hear_data(line);
        }
        let Ok(line) = std::str::from_utf8(line) else { return MALFORMED };
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (verb.to_ascii_uppercase().as_str(), rest) {
            ("EHLO", "") | ("HELO", _) => MALFORMED,
            ("EHLO", _) => {
                *self = Dialogue { is_greeted: true, ..Dialogue::default() };
                Step::Say(GREETING)
            }
            ("QUIT", "") => Step::Leave("221 2.0.0 bye"),
            ("NOOP", _) => DONE,
            ("RSET", "") => {
                *self = Dialogue { is_greeted: self.is_greeted, ..Dialogue::default() };
                DONE
            }
            ("MAIL", path) => self.hear_mail(path),
            ("RCPT", path) => self.hear_recipient(path),
            ("DATA", "") if self.to.is_empty() => OUT_OF_ORDER,
            ("DATA", "") => {
                self.data = Some(Ok(Vec::new()));
                Step::Say("354 go on")
            }
            ("QUIT" | "RSET" | "DATA", _) => MALFORMED,
            _ => Step::Say("502 5.5.1 no such command here"),
        }
    }

    fn hear_mail(&mut self, rest: &str) -> Step {
        if !self.is_greeted || self.from.is_some() {
            return OUT_OF_ORDER;
        }
        let Some((path, parameters)) = path_of(rest, "FROM:") else { return MALFORMED };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match (name.to_ascii_uppercase().as_str(), value) {
                ("SIZE", bytes) => match bytes.parse::<usize>() {
                    Ok(bytes) if bytes <= LARGEST_MAIL_BYTES => {}
                    Ok(_) => return Step::Say("552 5.3.4 too large"),
                    Err(_) => return MALFORMED,
                },
                ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") => {}
                _ => return Step::Say("555 5.5.4 no such parameter"),
            }
        }
        self.from = Some(path);
        DONE
    }

    fn hear_recipient(&mut self, rest: &str) -> Step {
        if self.from.is_none() {
            return OUT_OF_ORDER;
        }
        match path_of(rest, "TO:") {
            Some((path, "")) if path.contains('@') => {
                self.to.push(path);
                DONE
            }
            _ => MALFORMED,
        }
    }

    fn hear_data(&mut self, line: &[u8]) -> Step {
        if line != b"." {
            // A line that begins with a dot came with one more (RFC 5321 section 4.5.2).
            let line = line.strip_prefix(b".").unwrap_or(line);
            if let Some(Ok(data)) = &mut self.data {
                data.extend_from_slice(line);
                data.extend_from_slice(b"\r\n");
                if data.len() > LARGEST_MAIL_BYTES {
                    self.data = Some(Err(()));
                }
            }
            return Step::Listen;
        }
        let sent = std::mem::replace(
            self,
            Dialogue { is_greeted: self.is_greeted, ..Dialogue::default() },
        );
        match (sent.from, sent.data) {
            (Some(from), Some(Ok(data))) => Step::Take { from, to: sent.to, data },
            _ => Step::Say("552 5.3.4 too large"),
        }
    }
}

/// The address between the brackets, and what follows them.
fn path_of<'a>(rest: &'a str, word: &str) -> Option<(String, &'a str)> {
    let is_named = rest.get(..word.len())?.eq_ignore_ascii_case(word);
    let (path, parameters) = rest[word.len()..].strip_prefix('<')?.split_once('>')?;
    let is_path = !path.contains(|c: char| c.is_whitespace() || c.is_control() || c == '<');
    (is_named && is_path).then(|| (path.to_owned(), parameters.trim_start()))
}
