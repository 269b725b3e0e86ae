//! Mail sent to a real server: what arrives, and what a refusal means.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use chrono::DateTime;
use mail::{Envelope, Error, MailContent, Mailer, Settings};
use model::{Email, Locale, MailId};
use sandbox::Sandbox;
use url::Url;
use uuid::Uuid;

const FROM: &str = "SELEXIA Travel <noreply@travel.example>";

fn envelope(to: &str, locale: Locale) -> Envelope {
    Envelope {
        id: MailId(Uuid::from_u128(7)),
        to: Email::parse(to).unwrap(),
        locale,
        written_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    }
}

fn mail() -> MailContent {
    let link = Url::parse("https://travel.example/address/confirm/?token=a-_1&x=2").unwrap();
    MailContent::AddressProof { link }
}

async fn server() -> (Sandbox, Mailer) {
    let sandbox = Sandbox::start(sandbox::Settings::default()).await.unwrap();
    let address = format!("smtp://{}", sandbox.mail_address());
    let mailer = Mailer::new(Settings::parse(&address, FROM).unwrap()).unwrap();
    (sandbox, mailer)
}

#[tokio::test]
async fn what_was_written_arrives_in_both_languages() {
    let (sandbox, mailer) = server().await;
    for (locale, subject) in
        [("ru", "Подтвердите новый адрес для входа"), ("en", "Confirm your new sign-in email")]
    {
        let locale = Locale::from_tag(locale).unwrap();
        mailer.send(&envelope("anna@example.com", locale), &mail()).await.unwrap();
        let mail = sandbox.world().mails().pop().unwrap();
        assert_eq!(
            (mail.subject.as_str(), mail.from.as_str()),
            (subject, "noreply@travel.example")
        );
        assert_eq!(mail.to, ["anna@example.com"]);
        assert_eq!(mail.links(), ["https://travel.example/address/confirm/?token=a-_1&x=2"]);
        assert!(mail.html.contains("?token=a-_1&amp;x=2\""), "{}", mail.html);
        for remote in ["src=", "url(", "<img", "<link", "<script"] {
            assert!(!mail.html.contains(remote), "{remote}: {}", mail.html);
        }
    }
}

#[tokio::test]
async fn a_mail_sent_twice_is_one_mail_by_its_name() {
    let (sandbox, mailer) = server().await;
    for _ in 0..2 {
        mailer.send(&envelope("anna@example.com", Locale::default()), &mail()).await.unwrap();
    }
    let mails = sandbox.world().mails();
    assert_eq!(mails[0].message_id, "<00000000-0000-0000-0000-000000000007@travel.example>");
    assert_eq!(mails[0].message_id, mails[1].message_id);
}

#[tokio::test]
async fn refusals_for_good_and_for_now_are_told_apart() {
    let (sandbox, mailer) = server().await;
    let envelope = envelope("anna@example.com", Locale::default());
    for (refusal, is_for_good) in
        [("451 4.3.0 later", false), ("535 5.7.8 who are you", false), ("550 5.1.1 nobody", true)]
    {
        sandbox.world().adjust(|habits| habits.mail_refusal = Some(refusal.to_owned()));
        let error = mailer.send(&envelope, &mail()).await.unwrap_err();
        assert_eq!(matches!(error, Error::Refused(550)), is_for_good, "{error}");
        assert!(!error.to_string().contains("nobody"), "the server's words stay there");
    }
    drop(sandbox);
    let error = mailer.send(&envelope, &mail()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
}
