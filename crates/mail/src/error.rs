//! Why a mail did not leave, in terms of what the sender can do.

/// A mail that did not leave. Says nothing of whom it was for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The recipient cannot be written to: trying again will not help.
    #[error("invalid recipient address")]
    Recipient,
    /// The server refuses this mail for good: trying again will not help.
    #[error("mail server rejected the mail: {0}")]
    Refused(u16),
    /// The server cannot be reached, does not know us, or does not want the mail now.
    #[error("mail server unavailable: {0}")]
    Unavailable(&'static str),
}

/// Mailbox refused, gone, full, not allowed, transaction failed (RFC 5321 section 4.2.3). Other
/// refusals, such as of our password, are the operator's to repair, and then the mail may go.
const FOR_GOOD: [u16; 5] = [550, 551, 552, 553, 554];

impl From<lettre::transport::smtp::Error> for Error {
    fn from(error: lettre::transport::smtp::Error) -> Error {
        // The server's words may repeat the address: they are not passed on.
        let code = error.status().map(u16::from);
        match code {
            Some(code) if FOR_GOOD.contains(&code) => Error::Refused(code),
            Some(_) if error.is_transient() => Error::Unavailable("it asks for a later try"),
            Some(_) => Error::Unavailable("it refuses us; look at SMTP_URL"),
            None if error.is_timeout() => Error::Unavailable("no answer in time"),
            None if error.is_tls() => Error::Unavailable("no TLS could be agreed on"),
            None => Error::Unavailable("no connection"),
        }
    }
}
