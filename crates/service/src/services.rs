//! All the verbs of the product in one value: what pages, programs, the worker and the command line
//! are given to work with.

use crate::accounts::Accounts;
use crate::accounts::email_change::Addresses;
use crate::accounts::moderation::Moderation;
use crate::api_access::idempotency::Idempotency;
use crate::api_access::tokens::ApiTokens;
use crate::connections::Connections;
use crate::jobs::Jobs;
use crate::notifications::mail::MailOutbox;
use crate::operations::alerts::Alerts;
use crate::profile::Profiles;
use crate::security_events::SecurityEvents;
use crate::sync::Syncs;

/// The product's verbs. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// About people and their sessions.
    pub accounts: Accounts,
    /// About what they sign in with.
    pub addresses: Addresses,
    /// About accounts that an operator closes.
    pub moderation: Moderation,
    /// About users' links to Google.
    pub connections: Connections,
    /// About what is fetched over them.
    pub syncs: Syncs,
    /// About the fields of their profiles.
    pub profiles: Profiles,
    /// About the mail to users.
    pub mail_outbox: MailOutbox,
    /// About the tokens that users give to programs.
    pub tokens: ApiTokens,
    /// About requests of programs that come again.
    pub idempotency: Idempotency,
    /// About what Google tells of the accounts' safety.
    pub security_events: SecurityEvents,
    /// About what is done in the background.
    pub jobs: Jobs,
    /// About what only the operator can mend.
    pub alerts: Alerts,
}
