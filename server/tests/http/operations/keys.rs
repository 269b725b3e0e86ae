//! After everything was sealed anew, every walk goes on as if nothing had been.

use std::time::Duration;

use sandbox::{Endpoint, Visit};
use service::{KeyUse, Keys, Role};
use store::{SealedColumn, Store};
use testkit::users::{IVAN, TANYA};
use vault::{Key, KeyId, KeyRing};

use crate::site::Site;

#[tokio::test]
async fn what_the_site_sealed_is_sealed_anew_and_still_opens() {
    let key = |id| Key::generate(KeyId::parse(id).unwrap()).unwrap().expose().to_string();
    let (k1, k2) = (key("k1"), key("k2"));
    let site = Site::start_with(&[("ENCRYPTION_KEYS", &format!("{k1},{k2}"))]).await;
    let mut anna = site.registered("anna@example.com").await;
    assert_eq!(site.connect(&mut anna, Visit::allow(TANYA)).await.state(), "active");
    let mut boris = site.registered("boris@example.com").await;
    assert_eq!(site.connect(&mut boris, Visit::allow(IVAN)).await.state(), "active");
    boris.post("/gmail/disconnect/", &[]).await;
    let callback = site.callback(&mut boris, Visit::allow(IVAN)).await;

    let ring = KeyRing::parse(&format!("{k2},{k1}")).unwrap();
    let keys = Keys::new(Store::open(&site.database, 1).await.unwrap(), ring);
    let needed = async |role| -> Vec<SealedColumn> {
        let uses = keys.uses().await.unwrap();
        let of_role = uses.into_iter().filter(|of| of.role == role);
        of_role.flat_map(|KeyUse { values, .. }| values.into_keys()).collect()
    };
    let walked = [
        SealedColumn::Verifier,
        SealedColumn::AccessToken,
        SealedColumn::RefreshToken,
        SealedColumn::Revocation,
        SealedColumn::UndoPayload,
    ];
    assert_eq!(needed(Role::Opens).await, walked);
    let mut rotation = keys.rotation(2);
    while let Some(batch) = rotation.next().await.unwrap() {
        assert_eq!(batch.unreadable, []);
    }
    assert_eq!(needed(Role::Opens).await, []);
    assert_eq!(needed(Role::Seals).await, walked);

    // The refresh token and the access token, the verifier, and the token to be revoked.
    let sync = async |browser: &mut testkit::browser::Browser| {
        browser.post_for_json("/gmail/sync/").await.body.contains("unchanged")
    };
    assert!(sync(&mut anna).await);
    site.google.world().advance(Duration::from_secs(3_700));
    assert!(sync(&mut anna).await);
    assert_eq!(site.google.world().calls(Endpoint::TokenRefresh), 1);
    assert_eq!(site.revoke().await, 1);
    assert_eq!(site.google.world().calls(Endpoint::Revoke), 1);
    assert_eq!(boris.get(&callback).await.location(), "/dashboard/");
}
