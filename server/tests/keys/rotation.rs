//! `selexia keys rotate | verify | list`: everything ends under the newest key, or is named.

use secrecy::ExposeSecret;
use service::{Keys, Role};
use store::{Engine, Renewal, Resealed, RowId, SealedColumn};
use testkit::connected_user::connection;
use testkit::running::Running;
use vault::{AssociatedData, KeyId, KeyRing};

use crate::test_app::{TestApp, first_token, key, ring, seal};

macro_rules! on_both_engines {
    ($($rule:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(crate::test_app::TestApp::sqlite().await).await;
            }
        )*}
        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(app) = crate::test_app::TestApp::postgres().await {
                    super::$rule(app).await;
                }
            }
        )*}
    };
}

on_both_engines! {
    killed_in_the_middle_it_is_finished_by_the_next_run,
    who_renews_tokens_meanwhile_wins,
    what_an_older_program_seals_behind_it_is_noticed,
    what_does_not_open_is_named_and_left_as_it_is,
}

/// How many values a key sealed.
async fn sealed_by(app: &TestApp, ring: &str, id: &str) -> u64 {
    let keys = Keys::new(app.store.clone(), KeyRing::parse(ring).unwrap());
    let uses = keys.uses().await.unwrap();
    let id = KeyId::parse(id).unwrap();
    uses.iter().filter(|of| of.key.as_ref() == Some(&id)).map(service::KeyUse::total).sum()
}

/// The tokens of a connection, opened with this ring.
async fn tokens(app: &TestApp, ring: &str, number: u64) -> [String; 2] {
    let user = model::UserId(connection(number).0);
    let grant = app.store.find_grant(user).await.unwrap().unwrap();
    let ring = KeyRing::parse(ring).unwrap();
    let row = grant.connection.to_string();
    [("access_token", grant.access), ("refresh_token", grant.refresh.unwrap())].map(
        |(column, sealed)| {
            let place = AssociatedData { table: "grants", column, row: &row };
            ring.open(&sealed, place).unwrap().expose_secret().to_owned()
        },
    )
}

async fn killed_in_the_middle_it_is_finished_by_the_next_run(app: TestApp) {
    const CONNECTIONS: u64 = 2_000;
    let (k1, k2) = (key("k1"), key("k2"));
    for number in 1..=CONNECTIONS {
        app.connect(&k1, number).await;
    }
    let both = ring(&[&k2, &k1]);
    let words = ["keys", "rotate", "--batch", "20", "--pause-ms", "2"];
    let rotation = Running::start(app.command(&both, &words));
    rotation.until_it_says("sealed anew");
    rotation.kill();

    let (old, new) = (sealed_by(&app, &both, "k1").await, sealed_by(&app, &both, "k2").await);
    assert!(old > 0 && new > 0, "it was in the middle: {old} and {new}");
    assert_eq!(old + new, 2 * CONNECTIONS);
    app.run(&both, &["keys", "verify"]).assert_succeeded();

    let finished = app.run(&both, &["keys", "rotate", "--pause-ms", "0"]);
    finished.assert_succeeded();
    assert!(finished.out.starts_with(&format!("{old} sealed anew, 0 written")), "{finished:#?}");
    assert!(finished.out.contains("k1  opens    no value: can be removed"), "{finished:#?}");
    let verified = app.run(&k2, &["keys", "verify"]);
    verified.assert_succeeded();
    assert_eq!(verified.out, format!("{} open, 0 do not\n", 2 * CONNECTIONS));
    for number in [1, CONNECTIONS / 2, CONNECTIONS] {
        let token = first_token(number);
        assert_eq!(tokens(&app, &k2, number).await, [token.clone(), token]);
    }
}

async fn who_renews_tokens_meanwhile_wins(app: TestApp) {
    const CONNECTIONS: u64 = 300;
    let (k1, k2) = (key("k1"), key("k2"));
    for number in 1..=CONNECTIONS {
        app.connect(&k1, number).await;
    }
    let both = ring(&[&k2, &k1]);
    let words = ["keys", "rotate", "--batch", "10", "--pause-ms", "1"];
    let rotation = Running::start(app.command(&both, &words));
    // Against its direction and with it, so that they meet.
    for number in (1..=CONNECTIONS).rev().chain(1..=CONNECTIONS) {
        let user = model::UserId(connection(number).0);
        let grant = app.store.find_grant(user).await.unwrap().unwrap();
        let token = format!("renewed {} of {number}", grant.generation);
        let renewal = Renewal {
            connection: grant.connection,
            generation: grant.generation,
            fence: grant.refresh_fence,
            renewed_at: grant.access_expires_at,
            access: seal(&both, "access_token", number, &token),
            access_expires_at: grant.access_expires_at,
            refresh: Some(seal(&both, "refresh_token", number, &token)),
            marks: None,
            refresh_expires_at: None,
            granted: None,
        };
        assert!(app.store.save_renewal(&renewal).await.unwrap());
    }
    rotation.finish().assert_succeeded();
    for number in 1..=CONNECTIONS {
        let token = format!("renewed 2 of {number}");
        assert_eq!(tokens(&app, &k2, number).await, [token.clone(), token]);
    }
}

async fn what_an_older_program_seals_behind_it_is_noticed(app: TestApp) {
    let (k1, k2) = (key("k1"), key("k2"));
    for number in 101..=120 {
        app.connect(&k1, number).await;
    }
    let both = ring(&[&k2, &k1]);
    let words = ["keys", "rotate", "--batch", "1", "--pause-ms", "20"];
    let rotation = Running::start(app.command(&both, &words));
    rotation.until_it_says("sealed anew");
    app.connect(&k1, 1).await;
    let said = rotation.finish();
    said.assert_failed();
    assert!(said.err.contains("1 values were sealed with an older key meanwhile"), "{said:#?}");
    assert!(said.out.contains("k1  opens    grants.access_token 1: run"), "{said:#?}");
    app.run(&both, &["keys", "rotate"]).assert_succeeded();
}

async fn what_does_not_open_is_named_and_left_as_it_is(app: TestApp) {
    let (k0, k1, k2) = (key("k0"), key("k1"), key("k2"));
    for number in 1..=3 {
        app.connect(&k1, number).await;
    }
    // One whose key was removed too early, one whose tokens were swapped with another's.
    app.connect(&k0, 4).await;
    let of_another = [seal(&k1, "access_token", 1, "t"), seal(&k1, "refresh_token", 1, "t")];
    let [access, refresh] = of_another.clone();
    let user = app.connect_with(5, access, refresh).await;

    let both = ring(&[&k2, &k1]);
    let rotated = app.run(&both, &["keys", "rotate"]);
    rotated.assert_failed();
    assert!(rotated.out.starts_with("6 sealed anew, 0 written by others meanwhile, 4 unreadable"));
    assert!(rotated.err.contains("4 values still need another key"), "{rotated:#?}");
    let verified = app.run(&both, &["keys", "verify"]);
    verified.assert_failed();
    assert_eq!(verified.out, "6 open, 4 do not\n");
    for column in ["grants.access_token", "grants.refresh_token"] {
        let [gone, moved] = [4, 5].map(connection);
        for line in [
            format!(
                "does not open: {column}, row {gone}, key k0: \
                 encrypted with key k0, which is not in the key ring"
            ),
            format!("does not open: {column}, row {moved}, key k1: altered, moved, or "),
        ] {
            assert!(rotated.err.contains(&line), "{line}\n{rotated:#?}");
            assert!(verified.err.contains(&line), "{line}\n{verified:#?}");
        }
    }
    let said = [&rotated.out, &rotated.err, &verified.out, &verified.err].map(String::as_str);
    for secret in [&k0, &k1, &k2].map(|key| key.split_once(':').unwrap().1) {
        assert!(!said.concat().contains(secret), "a key is printed");
    }
    assert!(!said.concat().contains("ya29"), "a token is printed");
    let grant = app.store.find_grant(user).await.unwrap().unwrap();
    assert_eq!([grant.access, grant.refresh.unwrap()], of_another);

    // The key comes back, and what is beyond help is connected anew.
    let [access, refresh] =
        ["access_token", "refresh_token"].map(|column| seal(&k2, column, 5, "t"));
    for (column, old, new) in [
        (SealedColumn::AccessToken, &of_another[0], access),
        (SealedColumn::RefreshToken, &of_another[1], refresh),
    ] {
        let row = RowId::Id(connection(5).0);
        let resealed = [Resealed { row, old: old.clone(), new }];
        assert_eq!(app.store.save_resealed(column, &resealed).await.unwrap(), 1);
    }
    let all = ring(&[&k2, &k1, &k0]);
    app.run(&all, &["keys", "rotate"]).assert_succeeded();
    app.run(&k2, &["keys", "verify"]).assert_succeeded();
}

#[tokio::test]
async fn the_list_says_who_needs_which_key_and_what_to_do() {
    let app = TestApp::sqlite().await;
    let (k0, k1, k2, spare) = (key("k0"), key("k1"), key("k2"), key("spare"));
    app.connect(&k2, 1).await;
    app.connect(&k1, 2).await;
    app.connect(&k1, 3).await;
    app.add_revocation(&k0, 3).await;
    let damaged = vault::Sealed::from_bytes(b"no envelope".to_vec());
    let refresh = seal(&k2, "refresh_token", 4, "t");
    app.connect_with(4, damaged, refresh).await;
    let listed = app.run(&ring(&[&k2, &k1, &spare]), &["keys", "list"]);
    listed.assert_succeeded();
    let expected = "\
        k2      seals    grants.access_token 1, grants.refresh_token 2\n\
        k1      opens    grants.access_token 2, grants.refresh_token 2: run `selexia keys rotate`\n\
        spare   opens    no value: can be removed from ENCRYPTION_KEYS\n\
        no key  missing  grants.access_token 1: damaged; `selexia keys verify` names the rows\n\
        k0      missing  revocations.token 1: put it back into ENCRYPTION_KEYS, after the first\n";
    assert_eq!(listed.out, expected);
}

#[tokio::test]
async fn what_others_hold_is_met_again_before_a_rotation_ends() {
    let Some(app) = TestApp::postgres().await else { return };
    let (k1, k2) = (key("k1"), key("k2"));
    for number in 1..=3 {
        app.connect(&k1, number).await;
    }
    let keys = Keys::new(app.store.clone(), KeyRing::parse(&ring(&[&k2, &k1])).unwrap());
    let mut rotation = keys.rotation(2);
    let Engine::Postgres(pool) = app.store.engine() else { panic!("this is PostgreSQL") };
    let mut other = pool.begin().await.unwrap();
    let hold = "update grants set generation = generation + 1";
    sqlx::query(hold).execute(&mut *other).await.unwrap();
    let first = rotation.next().await.unwrap().unwrap();
    assert_eq!((first.done, first.overtaken), (0, 2), "nobody waits for them");
    other.commit().await.unwrap();
    let mut done = 0;
    while let Some(batch) = rotation.next().await.unwrap() {
        done += batch.done;
    }
    assert_eq!(done, 6);
    let uses = keys.uses().await.unwrap();
    assert!(uses.iter().all(|of| of.role == Role::Seals || of.total() == 0), "{uses:?}");
}
