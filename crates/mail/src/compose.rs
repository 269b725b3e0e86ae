//! A mail as a message: the same words as text and as HTML.
//!
//! The HTML is escaped by maud, carries its few styles inline, because mail programs drop style
//! sheets, and loads nothing.

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use maud::{DOCTYPE, html};
use model::Locale;

use crate::words::{Words, words_of};
use crate::{Envelope, Error, MailContent};

/// Says that no person wrote this, so that no machine answers it (RFC 3834 section 5).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// The message of a mail.
pub(crate) fn message(
    from: &Mailbox,
    envelope: &Envelope,
    mail: &MailContent,
) -> Result<Message, Error> {
    let to = envelope.to.as_str().parse().map_err(|_| Error::Recipient)?;
    let words = words_of(mail, envelope.locale);
    let link = mail.link().as_str();
    let id = format!("<{}@{}>", envelope.id, from.email.domain());
    let bodies = MultiPart::alternative_plain_html(
        text(&words, link),
        html_of(&words, link, envelope.locale),
    );
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to))
        .subject(words.subject)
        .date(envelope.written_at.into())
        .message_id(Some(id))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .multipart(bodies)
        .map_err(|_| Error::Recipient)
}

fn text(words: &Words, link: &str) -> String {
    let paragraphs = words.paragraphs.join("\n\n");
    format!(
        "{}\n\n{paragraphs}\n\n{}:\n{link}\n\n{}\n\n-- \n{}\n",
        words.subject, words.action, words.otherwise, words.foot
    )
}

fn html_of(words: &Words, link: &str, locale: Locale) -> String {
    let page = "margin:0;padding:24px;background:#f5f2ec;color:#22303c;\
                font:16px/1.5 system-ui,'Segoe UI',Roboto,Arial,sans-serif";
    let card = "max-width:34em;margin:0 auto;padding:28px;background:#ffffff;border-radius:14px";
    let button = "display:inline-block;padding:12px 22px;border-radius:10px;background:#0f5c63;\
                  color:#ffffff;text-decoration:none;font-weight:600";
    let quiet = "color:#5b6670;font-size:14px";
    html! {
        (DOCTYPE)
        html lang=(locale.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (words.subject) }
            }
            body style=(page) {
                div style=(card) {
                    p style=(quiet) { "SELEXIA Travel" }
                    h1 style="margin:0 0 16px;font-size:22px;line-height:1.25" { (words.subject) }
                    @for paragraph in &words.paragraphs { p { (paragraph) } }
                    p style="margin:24px 0" { a href=(link) style=(button) { (words.action) } }
                    p { (words.otherwise) }
                    p style=(quiet) { (words.foot) }
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests {
    use model::MailId;

    use super::*;

    fn sent(locale: Locale, mail: &MailContent) -> String {
        let envelope = Envelope {
            id: MailId(uuid::Uuid::from_u128(7)),
            to: model::Email::parse("anna@example.com").unwrap(),
            locale,
            written_at: chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        let from = "SELEXIA Travel <noreply@travel.example>".parse().unwrap();
        String::from_utf8(message(&from, &envelope, mail).unwrap().formatted()).unwrap()
    }

    fn every_mail() -> Vec<MailContent> {
        let link = || url::Url::parse("https://travel.example/page/?token=secret").unwrap();
        let new = || "<b>ev…@evil.example".to_owned();
        vec![
            MailContent::Connected { cabinet: link() },
            MailContent::Disconnected { history: link() },
            MailContent::NeedsReconnect { cabinet: link() },
            MailContent::AddressRequested { new: new(), account: link() },
            MailContent::AddressProof { link: link() },
            MailContent::AddressInUse { login: link() },
            MailContent::AddressChanged { new: new(), link: link() },
            MailContent::AddressRestored { history: link() },
        ]
    }

    #[test]
    fn a_mail_names_itself_the_same_however_often_it_is_made() {
        let mail = &every_mail()[0];
        let id = "Message-ID: <00000000-0000-0000-0000-000000000007@travel.example>\r\n";
        let locale = Locale::default();
        for message in [sent(locale, mail), sent(locale, mail)] {
            assert!(message.contains(id), "{message}");
            assert!(message.contains("Date: Fri, 15 Jan 2027 08:00:00 +0000"), "{message}");
            assert!(message.contains("Auto-Submitted: auto-generated"), "{message}");
        }
    }

    #[test]
    fn both_bodies_of_every_mail_say_all_of_it_in_one_language() {
        for mail in every_mail() {
            for locale in Locale::all() {
                let words = words_of(&mail, locale);
                let link = mail.link().as_str();
                let bodies = [text(&words, link), html_of(&words, link, locale)];
                for body in &bodies {
                    for part in [words.subject, words.action, link] {
                        assert!(body.contains(part), "{mail:?}: {part} in {body}");
                    }
                    assert_eq!(body.matches("://").count(), 1, "one link and nothing to load");
                }
                let cyrillic = bodies[0].chars().any(|c| ('а'..='я').contains(&c));
                assert_eq!(cyrillic, locale.tag() == "ru", "{}", bodies[0]);
            }
        }
    }

    #[test]
    fn what_is_quoted_is_text() {
        for mail in every_mail() {
            let locale = Locale::default();
            let html = html_of(&words_of(&mail, locale), "https://a.example/?a=1&b=2", locale);
            assert!(!html.contains("<b>") && html.contains("?a=1&amp;b=2"), "{html}");
        }
    }
}
