//! The accept loop. Ours and not axum's, because faults must be able to break a connection
//! without an answer.

use std::convert::Infallible;
use std::io;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::mishap::HangUp;

/// Serves until dropped; dropping ends the open connections too.
pub(crate) async fn serve(listener: TcpListener, app: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(converse(stream, app.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, app: Router) {
    // Without this, small answers wait for the client's delayed acknowledgement.
    stream.set_nodelay(true).ok();
    let service = service_fn(|request| answer(app.clone(), request));
    // An error here is a client that left, or a connection that a fault broke.
    http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok();
}

async fn answer(app: Router, request: Request<Incoming>) -> io::Result<Response<Body>> {
    let response = match app.oneshot(request.map(Body::new)).await {
        Ok(response) => response,
        Err(never) => match never as Infallible {},
    };
    if response.extensions().get::<HangUp>().is_some() {
        return Err(io::Error::from(io::ErrorKind::ConnectionReset));
    }
    Ok(response)
}
