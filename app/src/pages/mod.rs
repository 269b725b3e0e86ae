//! One file a page. Pages load and arrange; what they arrange lies in `components`.

mod connect;
mod dashboard;
mod disconnect;
mod home;
mod login;
mod not_found;
mod register;

pub(crate) use connect::Connect;
pub(crate) use dashboard::Dashboard;
pub(crate) use disconnect::Disconnect;
pub(crate) use home::Home;
pub(crate) use login::Login;
pub(crate) use not_found::NotFound;
pub(crate) use register::Register;
