//! The mail that this site sends of its own accord: one kind a thing that its reader should know.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// The kinds of mail.
    MailKind {
        Connected = "connected",
        Disconnected = "disconnected",
        /// The connection waits for its user.
        NeedsReconnect = "needs_reconnect",
        /// To the present sign-in address: somebody asked for another one.
        AddressRequested = "address_requested",
        /// To the new address: the link that proves that it is read.
        AddressProof = "address_proof",
        /// To an address that has an account: somebody else asked for it.
        AddressInUse = "address_in_use",
        /// To the former sign-in address, with the link that takes it back.
        AddressChanged = "address_changed",
        /// To the sign-in address that was taken back.
        AddressRestored = "address_restored",
    }
}

impl MailKind {
    /// How long it is worth sending: as long as its link works, if that is shorter.
    pub const fn lifetime(self) -> TimeDelta {
        match self {
            MailKind::AddressProof => TimeDelta::hours(1),
            _ => TimeDelta::days(3),
        }
    }
}
