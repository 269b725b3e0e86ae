//! The picture, from the stand-in's own address and from nowhere else.

use google::Error;
use model::Subject;
use sandbox::{Endpoint, Fault, FaultBody};

use crate::test_app::{TATIANA, TestApp};

async fn address(stage: &TestApp) -> String {
    let access = stage.consent().await.tokens.access;
    let tatiana = Subject::parse(TATIANA).expect("a subject");
    let userinfo = stage.google.userinfo(&access, &tatiana, stage.now()).await;
    userinfo.expect("a profile").picture.expect("a picture")
}

#[tokio::test]
async fn the_bytes_say_what_a_picture_is() {
    let stage = TestApp::new().await;
    let picture = stage.google.picture(&address(&stage).await).await.unwrap();
    assert_eq!(picture.media_type, "image/png");
    assert!(!picture.bytes.is_empty());
}

#[tokio::test]
async fn a_page_that_calls_itself_a_picture_is_none() {
    let stage = TestApp::new().await;
    let address = address(&stage).await;
    let text = "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>".to_owned();
    let body = FaultBody::Raw { content_type: "image/png".to_owned(), text };
    stage.world().inject(Fault::body(Endpoint::Picture, 200, body));
    let what = "unsupported picture format";
    assert_eq!(stage.google.picture(&address).await.unwrap_err(), Error::Protocol { what });
}

#[tokio::test]
async fn nothing_is_fetched_from_elsewhere() {
    let stage = TestApp::new().await;
    let elsewhere = TestApp::new().await;
    let address = address(&elsewhere).await;
    let what = "a picture from somewhere else";
    assert_eq!(stage.google.picture(&address).await.unwrap_err(), Error::Protocol { what });
    assert_eq!(elsewhere.world().calls(Endpoint::Picture), 0);
}
