//! Where mail is handed over, and from whom it is.

use mail::{InvalidSettings, Settings};

use super::{Faults, Raw};

/// Mail's settings; without a server there is no mail.
#[derive(Clone, Debug, Default)]
pub struct MailConfig(pub Option<Settings>);

impl MailConfig {
    pub fn read(raw: &Raw, faults: &mut Faults) -> Option<MailConfig> {
        let Some(server) = raw.get("SMTP_URL") else { return Some(MailConfig::default()) };
        let Some(from) = raw.get("MAIL_FROM") else {
            faults.add("MAIL_FROM", "is missing, and SMTP_URL is given", FROM);
            return None;
        };
        match Settings::parse(server, from) {
            Ok(settings) => Some(MailConfig(Some(settings))),
            Err(fault) => {
                let (setting, fix) = match fault {
                    InvalidSettings::From => ("MAIL_FROM", FROM),
                    InvalidSettings::Server | InvalidSettings::Credentials => ("SMTP_URL", SERVER),
                };
                faults.add(setting, fault.to_string(), fix);
                None
            }
        }
    }

    /// What the operator should know before users do.
    pub fn warning(&self) -> Option<&'static str> {
        self.0.is_none().then_some(
            "SMTP_URL is not set: no mail is sent, and nobody can change their sign-in address \
             (docs/mail.md)",
        )
    }
}

const FROM: &str = "write the sender, such as SELEXIA Travel <noreply@travel.example>";
const SERVER: &str = "write smtps://user:password@host, or smtp:// for a server with STARTTLS";
