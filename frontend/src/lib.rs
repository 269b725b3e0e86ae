//! The WASM client: wakes the islands of a served page, and nothing else, ever.

// The islands are found through their exports; naming the crate links them in.
use app as _;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the loader in the page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
