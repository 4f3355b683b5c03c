//! An authenticator that does everything wrong, as the payload's `how` asks for. Only for tests.

use liveside_guest::prelude::*;

struct Faulty;

#[authenticator]
impl Authenticator for Faulty {
    fn authenticate(cx: &Context, credentials: &Credentials) -> Result<Option<Identity>> {
        let how = credentials.payload["how"].as_str().unwrap_or_default();
        let token = credentials.token.as_deref().unwrap_or_default();
        let secret = cx.config().get("key").unwrap_or_default();
        let identity = Identity::new("ada");
        match how {
            "panic" => panic!("with {token}"),
            "spin" => loop {
                std::hint::black_box(());
            },
            "grow" => {
                let mut hoard: Vec<Vec<u8>> = Vec::new();
                loop {
                    hoard.push(std::hint::black_box(vec![1; 1 << 20]));
                }
            }
            "claims" => Ok(Some(identity.claims(json!(["no object"])))),
            "huge" => Ok(Some(identity.role("x".repeat(2 << 20)))),
            "nameless" => Ok(Some(Identity::new(""))),
            "over" => Ok(Some(identity.expires_at_ms(1))),
            "mute" => bail!(""),
            "gossip" => {
                let cookie = credentials.get_header("cookie").unwrap_or_default();
                cx.log().error(format_args!("{token}, {cookie}, {secret}"));
                bail!("{token} and {secret}: {}", "no ".repeat(1000))
            }
            "store" => Ok(cx.store().get::<String>("x")?.map(Identity::new)),
            "fetch" => {
                let answer = cx.http().get(secret).send()?;
                Ok(Some(Identity::new(answer.text())))
            }
            _ => Ok(None),
        }
    }
}
