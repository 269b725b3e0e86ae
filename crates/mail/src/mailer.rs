//! Hands mail over to the operator's server.

use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use crate::compose::message;
use crate::settings::Security;
use crate::{Envelope, Error, MailContent, Settings};

/// How long each step of the conversation may take.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// Sends mail, a connection each: there is little of it.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// A sender with these settings. Connects to nobody yet.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Mailer, Error> {
        let Settings { host, port, security, credentials, from } = settings;
        let parameters = || {
            TlsParameters::new(host.clone())
                .map_err(|_| Error::Unavailable("this machine's certificates cannot be read"))
        };
        let tls = match security {
            Security::Tls => Tls::Wrapper(parameters()?),
            Security::StartTls => Tls::Required(parameters()?),
            Security::Loopback => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls)
            .timeout(Some(SMTP_TIMEOUT))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()));
        if let Some((user, password)) = credentials {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials(Credentials::new(user, password));
        }
        Ok(Mailer { transport: transport.build(), from })
    }

    /// Hands one mail over. Sent twice, it has the same name twice, so that a mail program can
    /// show one of the two.
    pub async fn send(&self, envelope: &Envelope, mail: &MailContent) -> Result<(), Error> {
        let message = message(&self.from, envelope, mail)?;
        self.transport.send(message).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_elsewhere_that_offers_no_tls_is_told_nothing() {
        let sandbox = sandbox::Sandbox::start(sandbox::Settings::default()).await.unwrap();
        let server = format!("smtp://anna:secret@{}", sandbox.mail_address());
        let settings = Settings::parse(&server, "noreply@travel.example").unwrap();
        let envelope = Envelope {
            id: model::MailId(uuid::Uuid::from_u128(7)),
            to: model::Email::parse("anna@example.com").unwrap(),
            locale: model::Locale::default(),
            written_at: chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        let history = url::Url::parse("https://travel.example/").unwrap();
        for security in [Security::StartTls, Security::Tls] {
            let settings = Settings { security, ..settings.clone() };
            let mailer = Mailer::new(settings).unwrap();
            let mail = MailContent::Disconnected { history: history.clone() };
            let error = mailer.send(&envelope, &mail).await.unwrap_err();
            assert!(matches!(error, Error::Unavailable(_)), "{error}");
        }
        assert!(sandbox.world().mails().is_empty());
    }
}
