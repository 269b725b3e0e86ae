//! The door to the server functions of `app`: one for forms, the client and programs.

use app::reply::ReplySlot;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use leptos::context::provide_context;
use leptos_axum::handle_server_fns_with_context;

use crate::http::extract::page_request::PageRequest;
use crate::http::respond::server_function::answer;

/// `POST` to the address of a server function. What it does not say how to answer is answered with
/// its result alone.
pub(crate) async fn server_function(request: PageRequest, form: Request) -> Response {
    let PageRequest { state, context, headers, .. } = request;
    let slot = ReplySlot::default();
    let provide = {
        let (slot, context) = (slot.clone(), context.clone());
        move || {
            provide_context(state.services.clone());
            provide_context(context.clone());
            provide_context(slot.clone());
        }
    };
    let result = handle_server_fns_with_context(provide, form).await.into_response();
    match slot.take() {
        Some(reply) => answer(&context, &headers, &reply, result),
        None => result,
    }
}
