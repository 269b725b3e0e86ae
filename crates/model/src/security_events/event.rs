//! What Google tells about the safety of an account, and what became of it here
//! (docs/google-facts.md 5.5).

use serde::{Deserialize, Serialize};

use crate::string_enum::string_enum;

string_enum! {
    /// What happened to a Google account or to our access to it.
    SecurityKind {
        /// Every session of the account was ended.
        SessionsRevoked = "sessions_revoked",
        /// All tokens that the account ever gave us are dead.
        TokensRevoked = "tokens_revoked",
        /// One refresh token is dead.
        TokenRevoked = "token_revoked",
        /// Google closed the account.
        AccountDisabled = "account_disabled",
        /// Google opened it again.
        AccountEnabled = "account_enabled",
        /// Google made its owner choose another password.
        CredentialChangeRequired = "credential_change_required",
        /// We asked whether events arrive, and this is one.
        Verification = "verification",
        /// A type that we do not know: kept, and nothing done.
        Unknown = "unknown",
        /// One refresh token of an account is dead, and it is none that we know.
        OtherTokenRevoked = "other_token_revoked",
    }
}

string_enum! {
    /// Why Google closed an account, where it says so.
    DisabledReason {
        /// Somebody else had got into it.
        Hijacking = "hijacking",
        /// It looks like one of many that a machine made.
        BulkAccount = "bulk_account",
    }
}

string_enum! {
    /// What became of a security event here.
    SecurityOutcome {
        /// What it asks for was done.
        Acted = "acted",
        /// It was so already: the other half of the same click, or we had noticed first.
        NothingToDo = "nothing_to_do",
        /// It may speak of other tokens than those we hold; Google is asked instead.
        AskedGoogle = "asked_google",
        /// It speaks of nobody here.
        NobodyHere = "nobody_here",
        /// Its type is not known.
        NotUnderstood = "not_understood",
    }
}
