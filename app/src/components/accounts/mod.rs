//! Pieces of the forms that ask who one is.

mod account_form;
mod hidden_form_state;
mod known_address;

pub(crate) use account_form::AccountForm;
pub(crate) use hidden_form_state::HiddenFormState;
pub(crate) use known_address::KnownAddress;
