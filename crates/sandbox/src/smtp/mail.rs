//! A mail as it was taken, with its two bodies decoded.

use mailparse::{MailHeaderMap, ParsedMail};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub struct Mail {
    /// The reverse path: who sends.
    pub from: String,
    /// The forward paths: who receives.
    pub to: Vec<String>,
    pub subject: String,
    /// The name that it gives itself.
    pub message_id: String,
    /// The plain text.
    pub text: String,
    pub html: String,
}

/// Headers without which a mail is taken for spam.
const NEEDED: [&str; 6] = ["From", "To", "Date", "Message-ID", "Subject", "MIME-Version"];

impl Mail {
    /// Reads a mail, or says what it lacks.
    pub(super) fn read(from: String, to: Vec<String>, data: &[u8]) -> Result<Mail, String> {
        let parsed = mailparse::parse_mail(data).map_err(|error| error.to_string())?;
        for name in NEEDED {
            let count = parsed.headers.get_all_headers(name).len();
            if count != 1 {
                return Err(format!("{count} headers {name}"));
            }
        }
        let header = |name: &str| parsed.headers.get_first_value(name).unwrap_or_default();
        Ok(Mail {
            from,
            to,
            subject: header("Subject"),
            message_id: header("Message-ID"),
            text: body(&parsed, "text/plain")?,
            html: body(&parsed, "text/html")?,
        })
    }

    /// The addresses in the plain text.
    pub fn links(&self) -> Vec<&str> {
        let is_link = |word: &&str| word.starts_with("http://") || word.starts_with("https://");
        self.text.split_whitespace().filter(is_link).collect()
    }
}

/// The body of a type, wherever it stands in the mail; empty where there is none.
fn body(mail: &ParsedMail<'_>, media_type: &str) -> Result<String, String> {
    let part = mail.parts().find(|part| part.ctype.mimetype == media_type);
    part.map_or(Ok(String::new()), |part| part.get_body().map_err(|error| error.to_string()))
}
