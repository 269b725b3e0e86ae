//! The corpus of ID tokens that a careful client must refuse, each with a name for the report.
//! Data for the client's tests: forge one, sign in, expect a refusal and no identity.

use serde_json::{Map, Value, json};

use super::forge::{IdTokenForge, Signing};

/// A forgery and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Hostile {
    /// What is wrong, in words.
    pub name: &'static str,
    /// How to make it.
    pub forge: IdTokenForge,
}

/// Tokens to refuse (docs/google-facts.md 2.3). All but those named otherwise carry good claims.
pub fn hostile_id_tokens(client_id: &str) -> Vec<Hostile> {
    let mut corpus = signatures();
    corpus.extend(claims(client_id));
    corpus
}

fn signatures() -> Vec<Hostile> {
    let admin = || IdTokenForge::claim("sub", "999999999999999999999");
    vec![
        hostile("alg none", IdTokenForge::signed(Signing::None)),
        hostile("alg None in capitals", alg("None", Signing::None)),
        hostile("alg HS256 keyed by the secret", IdTokenForge::signed(Signing::Hs256WithSecret)),
        hostile(
            "alg HS256 keyed by the public key",
            IdTokenForge::signed(Signing::Hs256WithPublicKey),
        ),
        hostile("alg RS384", IdTokenForge::signed(Signing::Rs384)),
        hostile("alg RS512", IdTokenForge::signed(Signing::Rs512)),
        hostile("alg PS256", IdTokenForge::signed(Signing::Ps256)),
        hostile("alg ES256 over an RSA signature", alg("ES256", Signing::Good)),
        hostile("no alg", IdTokenForge::header("alg", Value::Null)),
        hostile("signature left out", IdTokenForge::signed(Signing::Missing)),
        hostile("one wrong bit in the signature", IdTokenForge::signed(Signing::CorruptSignature)),
        hostile(
            "payload changed after signing",
            IdTokenForge { signing: Signing::TamperedPayload, ..admin() },
        ),
        hostile("foreign key under a known kid", IdTokenForge::signed(Signing::ForeignKey)),
        hostile("foreign key in the jwk header", IdTokenForge::signed(Signing::EmbeddedKey)),
        hostile(
            "foreign key behind a jku header",
            IdTokenForge {
                signing: Signing::ForeignKey,
                ..IdTokenForge::header("jku", "http://127.0.0.1:1/keys")
            },
        ),
        hostile(
            "foreign key behind an x5u header",
            IdTokenForge {
                signing: Signing::ForeignKey,
                ..IdTokenForge::header("x5u", "http://127.0.0.1:1/cert")
            },
        ),
        hostile(
            "unknown kid",
            IdTokenForge::header("kid", "0000000000000000000000000000000000000000"),
        ),
        hostile("no kid", IdTokenForge::header("kid", Value::Null)),
        hostile("kid that climbs paths", IdTokenForge::header("kid", "../../../../dev/null")),
        hostile("unknown critical header", IdTokenForge::header("crit", json!(["exp2"]))),
        hostile("four segments", IdTokenForge::signed(Signing::ExtraSegment)),
        hostile("empty text", raw("")),
        hostile("not a token", raw("not.a.token")),
        hostile("two dots", raw("..")),
        hostile("JSON that is no object", raw("W10.W10.W10")),
        hostile("megabyte of one letter", raw(&"A".repeat(1 << 20))),
    ]
}

fn claims(client_id: &str) -> Vec<Hostile> {
    let other = "someone-else.apps.googleusercontent.com";
    vec![
        hostile(
            "foreign iss",
            IdTokenForge::claim("iss", "https://accounts.google.com.evil.example"),
        ),
        hostile("iss with a path", IdTokenForge::claim("iss", "https://accounts.google.com/x")),
        hostile("no iss", IdTokenForge::claim("iss", Value::Null)),
        hostile("wrong aud", IdTokenForge::claim("aud", other)),
        hostile("no aud", IdTokenForge::claim("aud", Value::Null)),
        hostile("empty aud list", IdTokenForge::claim("aud", json!([]))),
        hostile(
            "two aud, azp of another",
            IdTokenForge::claim("aud", json!([client_id, other])).with_claim("azp", other),
        ),
        hostile(
            "two aud, no azp",
            IdTokenForge::claim("aud", json!([client_id, other])).with_claim("azp", Value::Null),
        ),
        hostile("aud in another case", IdTokenForge::claim("aud", client_id.to_uppercase())),
        hostile("azp of another client", IdTokenForge::claim("azp", other)),
        hostile(
            "expired yesterday",
            IdTokenForge {
                claim_shifts: [("exp".to_owned(), -90_000), ("iat".to_owned(), -90_000)].into(),
                ..IdTokenForge::default()
            },
        ),
        hostile("no exp", IdTokenForge::claim("exp", Value::Null)),
        hostile("exp as text", IdTokenForge::claim("exp", "never")),
        hostile("no iat", IdTokenForge::claim("iat", Value::Null)),
        hostile(
            "issued in an hour",
            IdTokenForge {
                claim_shifts: [("exp".to_owned(), 3600), ("iat".to_owned(), 3600)].into(),
                ..IdTokenForge::default()
            },
        ),
        hostile("wrong nonce", IdTokenForge::claim("nonce", "another-nonce")),
        hostile("no nonce", IdTokenForge::claim("nonce", Value::Null)),
        hostile("nonce as a list", IdTokenForge::claim("nonce", json!(["a"]))),
        hostile("wrong at_hash", IdTokenForge::claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
        hostile("no sub", IdTokenForge::claim("sub", Value::Null)),
        hostile("empty sub", IdTokenForge::claim("sub", "")),
        hostile("sub of 256 letters", IdTokenForge::claim("sub", "1".repeat(256))),
        hostile("sub outside ASCII", IdTokenForge::claim("sub", "１１００００")),
        hostile("sub as a number", IdTokenForge::claim("sub", 110)),
        hostile(
            "sub twice",
            IdTokenForge {
                duplicate_claims: Map::from_iter([("sub".to_owned(), json!("999"))]),
                ..IdTokenForge::default()
            },
        ),
    ]
}

fn hostile(name: &'static str, forge: IdTokenForge) -> Hostile {
    Hostile { name, forge }
}

fn raw(text: &str) -> IdTokenForge {
    IdTokenForge::signed(Signing::Raw(text.to_owned()))
}

fn alg(name: &str, signing: Signing) -> IdTokenForge {
    IdTokenForge { signing, ..IdTokenForge::header("alg", name) }
}
