//! People: made, shut out, let in again, removed.

use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, Subcommand};
use model::accounts::account::InvalidPassword;
use service::{Accounts, Clock, RegisterRefusal};

use super::{OfUser, open, user_and_services};
use crate::config::Raw;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make an account.
    Create(NewUser),
    /// Shut a user out: sessions, tokens and the link to Google end.
    Block(OfUser),
    /// Let a user in again.
    Unblock(OfUser),
    /// Remove an account with everything that belongs to it, for good.
    Delete(Removal),
}

#[derive(Debug, Args)]
pub(super) struct NewUser {
    /// Sign-in address.
    #[arg(long)]
    email: String,
    /// Password; one is made and printed where none is given.
    #[arg(long)]
    password: Option<String>,
    /// First name.
    #[arg(long)]
    first_name: Option<String>,
    /// Last name.
    #[arg(long)]
    last_name: Option<String>,
    /// May administer the site.
    #[arg(long)]
    admin: bool,
}

#[derive(Debug, Args)]
pub(super) struct Removal {
    #[command(flatten)]
    of: OfUser,
    /// It cannot be taken back; without this nothing is done.
    #[arg(long)]
    yes: bool,
}

/// "Somebody has that address already", for scripts that may meet their own work.
const EXISTS: u8 = 3;

/// Runs one command.
pub(super) async fn run(raw: &Raw, command: UserCommand) -> anyhow::Result<ExitCode> {
    match command {
        UserCommand::Create(user) => create(raw, user).await,
        UserCommand::Block(of) => block(raw, &of.user).await,
        UserCommand::Unblock(of) => unblock(raw, &of.user).await,
        UserCommand::Delete(Removal { of, yes }) => delete(raw, &of.user, yes).await,
    }
}

async fn create(raw: &Raw, user: NewUser) -> anyhow::Result<ExitCode> {
    let accounts = Accounts::new(open(raw).await?, Clock::system());
    let (password, is_made) = match user.password {
        Some(password) => (password, false),
        None => (service::generated_password()?, true),
    };
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    match accounts.create(&user.email, &password, names, user.admin).await? {
        Ok(_) => {
            println!("created {}", user.email);
            if is_made {
                println!("password: {password}");
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(RegisterRefusal::EmailTaken) => {
            eprintln!("selexia: {} has an account already", user.email);
            Ok(ExitCode::from(EXISTS))
        }
        Err(RegisterRefusal::Email) => bail!("{} is not a mail address", user.email),
        Err(RegisterRefusal::Password(fault)) => bail!(match fault {
            InvalidPassword::TooShort => "the password is too short: at least 8 characters",
            InvalidPassword::TooLong => "the password is too long: at most 256 characters",
            InvalidPassword::TooCommon => "the password is one of the commonest: choose another",
        }),
    }
}

async fn block(raw: &Raw, email: &str) -> anyhow::Result<ExitCode> {
    let (user, services) = user_and_services(raw, email).await?;
    let is_new = services.moderation.block(user).await?;
    println!("{email} {}", if is_new { "is shut out" } else { "was shut out already" });
    Ok(ExitCode::SUCCESS)
}

async fn unblock(raw: &Raw, email: &str) -> anyhow::Result<ExitCode> {
    let (user, services) = user_and_services(raw, email).await?;
    let is_new = services.moderation.unblock(user).await?;
    println!("{email} {}", if is_new { "may sign in again" } else { "was not shut out" });
    Ok(ExitCode::SUCCESS)
}

async fn delete(raw: &Raw, email: &str, is_meant: bool) -> anyhow::Result<ExitCode> {
    let (user, services) = user_and_services(raw, email).await?;
    if !is_meant {
        bail!("this removes {email} with everything that belongs to them, for good: add --yes");
    }
    services.moderation.remove(user).await?;
    println!("{email} is removed; what Google had given us for them is being revoked");
    Ok(ExitCode::SUCCESS)
}
