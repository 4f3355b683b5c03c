//! Names that browsers and components give: what is allowed in them.

/// The longest name of a room, in bytes.
const MAX_ROOM_BYTES: usize = 64;
/// The longest name of an event, in bytes.
const MAX_EVENT_BYTES: usize = 128;

/// Checks the name of a room: 1 to 64 characters of `A-Z a-z 0-9 _ : . -`.
///
/// # Errors
/// With the rule.
pub fn check_room(name: &str) -> Result<(), &'static str> {
    let fits = (1..=MAX_ROOM_BYTES).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.' | b'-'));
    if fits {
        Ok(())
    } else {
        Err("A room name must be 1 to 64 characters of A-Z a-z 0-9 _ : . -")
    }
}

/// Checks the name of a room event: 1 to 128 bytes, no control characters, and no `$` in front, which is for the
/// daemon's own.
///
/// # Errors
/// With the rule.
pub fn check_event(name: &str) -> Result<(), &'static str> {
    let fits = (1..=MAX_EVENT_BYTES).contains(&name.len())
        && !name.starts_with('$')
        && !name.chars().any(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(
            "An event name must be 1 to 128 bytes without control characters, and must not begin with $",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_rules() {
        let long = "r".repeat(64);
        for good in ["a", "chat:42", "A.b_c-d", &long] {
            assert!(check_room(good).is_ok(), "{good}");
        }
        let longer = "r".repeat(65);
        for bad in ["", "a b", "é", "a/b", "a*", &longer] {
            assert!(check_room(bad).is_err(), "{bad}");
        }
        assert!(check_event("message:new").is_ok() && check_event("größer").is_ok());
        for bad in ["", "$sub:join", "a\nb", &"e".repeat(129)] {
            assert!(check_event(bad).is_err(), "{bad}");
        }
    }
}
