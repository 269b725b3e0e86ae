//! The mails in English.

use crate::letter::{Letter, Words};

const FOOT: &str =
    "SELEXIA Travel sent this because it is about your account. There is no need to reply.";

pub(crate) fn words(letter: &Letter) -> Words {
    let (subject, paragraphs, action, otherwise) = match letter {
        Letter::Connected { .. } => (
            "Gmail is connected",
            vec![
                "You connected Gmail to your profile. We read your name, address, photo and \
                 language only; we cannot read mail."
                    .to_owned(),
            ],
            "Open the cabinet",
            "If this was not you, open the cabinet, disconnect Gmail and change your password.",
        ),
        Letter::Disconnected { .. } => (
            "Gmail is disconnected",
            vec![
                "Gmail is no longer connected: Google's data is deleted, what you had before is \
                 back, and access is being revoked at Google."
                    .to_owned(),
            ],
            "See the history",
            "If this was not you, sign in and look at the history.",
        ),
        Letter::NeedsReconnect { .. } => (
            "Gmail needs connecting again",
            vec![
                "Google no longer lets us refresh your profile: access has ended or was \
                 withdrawn. Your data and settings are in place, but they do not follow Google \
                 for now."
                    .to_owned(),
                "Connecting again takes half a minute. We will not write about this again."
                    .to_owned(),
            ],
            "Connect again",
            "If you no longer need Gmail here, you need not do anything.",
        ),
        Letter::AddressRequested { new, .. } => (
            "A new sign-in address was asked for",
            vec![format!(
                "Somebody in your account asked to sign in as {new} from now on. Until that \
                 address is confirmed, everything stays as it is."
            )],
            "See or cancel it",
            "If this was not you, cancel the change and change your password.",
        ),
        Letter::AddressProof { .. } => (
            "Confirm your new sign-in address",
            vec![
                "You want to sign in with this address. Please confirm it; the link works once, \
                 for an hour, and in your account only."
                    .to_owned(),
            ],
            "Confirm the address",
            "If you did not ask for this, delete this mail: nothing changes without a \
             confirmation.",
        ),
        Letter::AddressInUse { .. } => (
            "Somebody gave your address",
            vec![
                "Another account asked to sign in with this address. It is yours, so nothing has \
                 changed, and we told nobody that you have an account."
                    .to_owned(),
            ],
            "Sign in",
            "If it was you, sign in with this address: it has an account already.",
        ),
        Letter::AddressChanged { new, .. } => (
            "Your sign-in address has changed",
            vec![
                format!(
                    "Your account is now signed in to as {new}. Other devices were signed out."
                ),
                "If this was not you, take the former address back: everybody is signed out and \
                 you choose a new password. The link works for seven days."
                    .to_owned(),
            ],
            "It was not me: take it back",
            "If you changed it, you need not do anything.",
        ),
        Letter::AddressRestored { .. } => (
            "Your former sign-in address is back",
            vec![
                "You sign in with this address again, and with your new password. Everybody was \
                 signed out."
                    .to_owned(),
            ],
            "See the history",
            "Please look whether everything in the cabinet is as you left it.",
        ),
    };
    Words { subject, paragraphs, action, otherwise, foot: FOOT }
}
