//! The translations are read by a macro, whose reading cargo cannot see.

fn main() {
    println!("cargo::rerun-if-changed=locales");
}
