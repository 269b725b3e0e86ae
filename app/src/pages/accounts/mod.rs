//! Accounts: making one, signing in, what one signs in with.

mod address_link;
mod reauthentication;
mod register;
mod sign_in;
mod sign_in_address;

use leptos::prelude::*;
use model::{Email, Profile};

use self::address_link::{AddressProof, AddressRestore};
use self::reauthentication::Reauthentication;
use self::register::Register;
use self::sign_in::SignIn;
pub use self::sign_in_address::SignInAddress;
use self::sign_in_address::SignInAddressPage;
use crate::local_time::TimeZone;
use crate::words::say;

/// A page about an account.
#[derive(Debug)]
pub enum AccountsPage {
    /// Registration.
    Register,
    /// Sign-in.
    SignIn,
    /// Before something that matters: the password once more.
    Reauthentication,
    /// What one signs in with.
    SignInAddress {
        /// The profile, for its time zone.
        profile: Profile,
        /// The address.
        address: SignInAddress,
    },
    /// Behind the link that proves a new sign-in address.
    AddressProof {
        /// The link's token.
        token: String,
        /// The address, if the link works.
        email: Option<Email>,
    },
    /// Behind the link that takes a former sign-in address back.
    AddressRestore {
        /// The link's token.
        token: String,
        /// The address, if the link works.
        email: Option<Email>,
    },
}

impl AccountsPage {
    pub(super) fn title(&self) -> String {
        match self {
            AccountsPage::Register => say!(register.title),
            AccountsPage::SignIn => say!(login.title),
            AccountsPage::Reauthentication => say!(confirm.title),
            AccountsPage::SignInAddress { .. } => say!(account.title),
            AccountsPage::AddressProof { .. } => say!(proof.title),
            AccountsPage::AddressRestore { .. } => say!(restore.title),
        }
    }

    pub(super) fn zone(&self) -> TimeZone {
        match self {
            AccountsPage::SignInAddress { profile, .. } => TimeZone::of(profile),
            _ => TimeZone::UNKNOWN,
        }
    }

    pub(super) fn view(self) -> AnyView {
        match self {
            AccountsPage::Register => view! { <Register/> }.into_any(),
            AccountsPage::SignIn => view! { <SignIn/> }.into_any(),
            AccountsPage::Reauthentication => view! { <Reauthentication/> }.into_any(),
            AccountsPage::SignInAddress { address, .. } => {
                view! { <SignInAddressPage address/> }.into_any()
            }
            AccountsPage::AddressProof { token, email } => {
                view! { <AddressProof token email/> }.into_any()
            }
            AccountsPage::AddressRestore { token, email } => {
                view! { <AddressRestore token email/> }.into_any()
            }
        }
    }
}
