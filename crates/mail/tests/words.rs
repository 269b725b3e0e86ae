//! Every mail in every language, as it was last reviewed: subject, text and HTML.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use chrono::DateTime;
use mail::{Envelope, MailContent, Mailer, Settings};
use model::{Email, Locale, MailId};
use sandbox::Sandbox;
use url::Url;
use uuid::Uuid;

fn every_mail() -> [MailContent; 8] {
    let link = || Url::parse("https://travel.example/page/?token=secret&x=1").unwrap();
    let new = || "ev…@new.example".to_owned();
    [
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

/// A further kind of mail does not compile until it is named here; it belongs above too.
fn name(mail: &MailContent) -> &'static str {
    match mail {
        MailContent::Connected { .. } => "connected",
        MailContent::Disconnected { .. } => "disconnected",
        MailContent::NeedsReconnect { .. } => "needs_reconnect",
        MailContent::AddressRequested { .. } => "address_requested",
        MailContent::AddressProof { .. } => "address_proof",
        MailContent::AddressInUse { .. } => "address_in_use",
        MailContent::AddressChanged { .. } => "address_changed",
        MailContent::AddressRestored { .. } => "address_restored",
    }
}

#[tokio::test]
async fn every_mail_says_what_was_reviewed() {
    let sandbox = Sandbox::start(sandbox::Settings::default()).await.unwrap();
    let server = format!("smtp://{}", sandbox.mail_address());
    let from = "SELEXIA Travel <noreply@travel.example>";
    let mailer = Mailer::new(Settings::parse(&server, from).unwrap()).unwrap();
    let mut snapshots = insta::Settings::clone_current();
    snapshots.set_prepend_module_to_snapshot(false);
    snapshots.set_omit_expression(true);
    for locale in Locale::all() {
        for content in every_mail() {
            let envelope = Envelope {
                id: MailId(Uuid::from_u128(7)),
                to: Email::parse("anna@example.com").unwrap(),
                locale,
                written_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            };
            mailer.send(&envelope, &content).await.unwrap();
            let mail = sandbox.world().mails().pop().unwrap();
            // A line an element, so that a difference can be read.
            let html = mail.html.replace("><", ">\n<");
            let whole = format!("Subject: {}\n\n{}\n\n{html}", mail.subject, mail.text);
            let whole = whole.replace("\r\n", "\n");
            let name = format!("{}.{}", name(&content), locale.tag());
            snapshots.bind(|| insta::assert_snapshot!(name, whole));
        }
    }
}
