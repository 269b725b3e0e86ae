//! `client-bindgen INPUT.wasm FOLDER`: makes FOLDER/selexia.js and FOLDER/selexia.wasm of the
//! compiled client.
//!
//! It does what the tool `wasm-bindgen` does, with the options that cargo-leptos gives it. As
//! a program of the workspace it is of the very version of the `wasm-bindgen` that the client
//! is compiled with, and nobody needs to install a tool.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

const NAME: &str = "selexia";

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(input), Some(folder), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        anyhow::bail!("usage: client-bindgen INPUT.wasm FOLDER");
    };
    Bindgen::new()
        .input_path(&input)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .generate(&folder)?;
    // Leptos' loader asks for the name without the ending that wasm-bindgen gives.
    fs::rename(folder.join(format!("{NAME}_bg.wasm")), folder.join(format!("{NAME}.wasm")))
        .context("naming the WASM")
}
