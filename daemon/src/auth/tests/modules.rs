//! The example authenticator, in the engine. It is built by `cargo xtask components`.

use std::path::PathBuf;

use ed25519::Device;

use super::*;
use crate::wasm::Module as LiveModule;
use crate::wasm::module::LoadError;

mod ed25519 {
    //! The device's side.

    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

    use super::*;

    pub(super) struct Device(Ed25519KeyPair);

    impl Device {
        pub(super) fn new(seed: u8) -> Self {
            Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
        }

        pub(super) fn public_key(&self) -> String {
            hex(self.0.public_key().as_ref())
        }

        pub(super) fn proof(&self, user: &str, timestamp: u64) -> Credentials {
            let text = format!("{timestamp}.nonce-1.{user}");
            let signature = hex(self.0.sign(text.as_bytes()).as_ref());
            let payload = json!({
                "userId": user, "timestamp": timestamp, "nonce": "nonce-1", "signature": signature,
            });
            Credentials::in_payload(Json::parse(&payload.to_string()).unwrap(), Vec::new())
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

pub(super) fn built(path: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../target")
        .join(path);
    assert!(
        path.is_file(),
        "{} is not built: run `cargo xtask components`",
        path.display()
    );
    path
}

async fn devices(device: &Device, more: &str) -> Auth {
    let text = format!(
        "[[provider]]\nname = \"device\"\nkind = \"module\"\nfile = \"{}\"\nconfig = {{ keys = \"{}\"{more} }}",
        built("authenticators/ed25519-auth.wasm").display(),
        device.public_key(),
    );
    auth(&text).await.unwrap()
}

#[tokio::test]
async fn a_module_decides_who_somebody_is() {
    let device = Device::new(7);
    let auth = devices(&device, ", lifetime = \"60\"").await;
    assert_eq!(auth.wanted_headers(), ["authorization", "cookie"]);
    let now = now_ms();
    let identity = auth.authenticate(&device.proof("pump-7", now), None).await;
    let identity = identity.unwrap().unwrap();
    assert_eq!(&*identity.user_id, "pump-7");
    assert_eq!(identity.roles, ["device".into()]);
    assert_eq!(identity.claims.as_str(), "{}");
    let end = identity.expires_at.unwrap();
    assert!((now + 60_000..=now_ms() + 60_000).contains(&end), "{end}");

    let said = |sentence: &str| Err(AuthError::Said(sentence.to_owned()));
    let old = device.proof("pump-7", now - 61_000);
    assert_eq!(
        auth.authenticate(&old, None).await,
        said("The time stamp is more than a minute off")
    );
    let forged = Device::new(8).proof("pump-7", now);
    assert_eq!(
        auth.authenticate(&forged, None).await,
        said("The signature is wrong")
    );
    // Not for this provider.
    let other = Credentials::at_upgrade(Some(Token::new("a.b.c")), Vec::new());
    assert_eq!(auth.authenticate(&other, None).await, Ok(None));
}

#[tokio::test]
async fn what_a_module_passes_on_the_next_provider_decides() {
    let device = Device::new(7);
    let text = format!(
        "[[provider]]\nname = \"device\"\nkind = \"module\"\nfile = \"{}\"\nconfig = {{ keys = \"{}\" }}\n\
         [[provider]]\nname = \"app\"\nkind = \"jwt\"\nalgorithms = [\"HS256\"]\nsecret = \"{}\"",
        built("authenticators/ed25519-auth.wasm").display(),
        device.public_key(),
        SECRETS[0],
    );
    let auth = auth(&text).await.unwrap();
    let identity = auth.authenticate(&token(SECRETS[0], &good()), None).await;
    assert_eq!(&*identity.unwrap().unwrap().user_id, "ada");
    // Its rules hold for everybody.
    assert!(auth.asks_rooms());
    assert!(auth.authorize_room(None, "device:pump-7").await.is_err());
}

#[tokio::test]
async fn a_module_has_rules_for_actions_and_rooms() {
    let device = Device::new(7);
    let auth = devices(&device, ", read-only = \"pump-1\"").await;
    assert!(auth.asks_actions() && auth.asks_rooms());
    let pump = async |id: &str| {
        let shown = device.proof(id, now_ms());
        auth.authenticate(&shown, None).await.unwrap().unwrap()
    };
    let (one, seven) = (pump("pump-1").await, pump("pump-7").await);
    let action = async |who: Option<&Identity>| auth.authorize_action(who, "Pump", "start").await;
    assert_eq!(action(Some(&seven)).await, Ok(()));
    assert_eq!(action(None).await, Ok(()));
    assert_eq!(
        action(Some(&one)).await,
        Err("This device may only watch".to_owned())
    );
    let room = async |who: Option<&Identity>, room| auth.authorize_room(who, room).await;
    assert_eq!(room(Some(&seven), "device:pump-7").await, Ok(()));
    assert_eq!(room(None, "lobby").await, Ok(()));
    let refused = Err("This room belongs to one device".to_owned());
    assert_eq!(room(Some(&one), "device:pump-7").await, refused);
    assert_eq!(room(None, "device:pump-7").await, refused);
}

#[tokio::test]
async fn a_component_is_no_authenticator_and_the_other_way_round() {
    let counter = built("components/counter.wasm");
    let text = format!(
        "[[provider]]\nname = \"device\"\nkind = \"module\"\nfile = \"{}\"",
        counter.display()
    );
    let error = auth(&text).await.err().unwrap().to_string();
    assert!(
        error.contains("does not fit liveside:component@0.1.0"),
        "{error}"
    );
    let bytes = std::fs::read(built("authenticators/ed25519-auth.wasm")).unwrap();
    let loaded = LiveModule::load(&host().engine, "ed25519-auth.wasm", bytes).await;
    assert!(matches!(loaded, Err(LoadError::Authenticator)));
}
