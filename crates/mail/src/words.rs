//! What the mails say in each language of the site; the texts stand with its other translations.

use model::Locale;

use crate::content::MailContent;

/// The mails of each language.
const MAILS: &[(&str, Mails)] = include!(concat!(env!("OUT_DIR"), "/mails.rs"));

/// All mails in one language.
struct Mails {
    foot: &'static str,
    connected: Texts,
    disconnected: Texts,
    needs_reconnect: Texts,
    address_requested: Texts,
    address_proof: Texts,
    address_in_use: Texts,
    address_changed: Texts,
    address_restored: Texts,
}

/// A mail as it is translated.
struct Texts {
    subject: &'static str,
    text: &'static str,
    action: &'static str,
    otherwise: &'static str,
}

/// The words of a mail.
pub(crate) struct Words {
    /// The subject, and the heading.
    pub(crate) subject: &'static str,
    /// What is to be said, a paragraph a text.
    pub(crate) paragraphs: Vec<String>,
    /// What the link is for.
    pub(crate) action: &'static str,
    /// What if this was not expected.
    pub(crate) otherwise: &'static str,
    /// Why this mail came.
    pub(crate) foot: &'static str,
}

/// The words of a mail.
pub(crate) fn words_of(mail: &MailContent, locale: Locale) -> Words {
    let (_, mails) = MAILS
        .iter()
        .find(|(tag, _)| *tag == locale.tag())
        // A language that is listed but not translated does not get past the site's own texts.
        .unwrap_or(&MAILS[0]);
    let (texts, new) = match mail {
        MailContent::Connected { .. } => (&mails.connected, None),
        MailContent::Disconnected { .. } => (&mails.disconnected, None),
        MailContent::NeedsReconnect { .. } => (&mails.needs_reconnect, None),
        MailContent::AddressRequested { new, .. } => (&mails.address_requested, Some(new)),
        MailContent::AddressProof { .. } => (&mails.address_proof, None),
        MailContent::AddressInUse { .. } => (&mails.address_in_use, None),
        MailContent::AddressChanged { new, .. } => (&mails.address_changed, Some(new)),
        MailContent::AddressRestored { .. } => (&mails.address_restored, None),
    };
    let filled = |paragraph: &str| match new {
        Some(new) => paragraph.replace("%new%", new),
        None => paragraph.to_owned(),
    };
    Words {
        subject: texts.subject,
        paragraphs: texts.text.split("\n\n").map(filled).collect(),
        action: texts.action,
        otherwise: texts.otherwise,
        foot: mails.foot,
    }
}
