//! A secret that stays on the server: the token goes into private data, which is in no message to a browser.

use liveside_guest::prelude::*;
use serde::Serialize;

/// What the browser sees: not the token.
#[derive(State)]
pub struct Vault {
    unlocked: bool,
}

/// What `unlock` answers.
#[derive(Serialize)]
struct Unlocked {
    success: bool,
}

/// What `reveal` answers.
#[derive(Serialize)]
struct Revealed {
    /// In characters.
    length: usize,
}

#[component(name = "LiveVault", version = "1.0.0", props = "none")]
impl Vault {
    #[action]
    fn unlock(&mut self, cx: &Context, token: &str) -> Result<Unlocked> {
        ensure!(!token.is_empty(), "A vault needs a token.");
        cx.private().set("token", token)?;
        self.unlocked = true;
        Ok(Unlocked { success: true })
    }

    #[action]
    fn reveal(&self, cx: &Context) -> Result<Revealed> {
        match cx.private().get::<String>("token")? {
            Some(token) => Ok(Revealed {
                length: token.chars().count(),
            }),
            None => bail!("The vault is locked."),
        }
    }
}

#[cfg(test)]
mod tests;
