//! The fixture does what the tests of the daemon take for granted.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use crate::hall::Hall;

#[test]
fn a_hall_with_a_word_lets_in_who_has_said_it() {
    let mut hall = Harness::<Hall>::setup().room("hall:a").mount();
    hall.call("lock", "sesame").unwrap();
    assert!(hall.member_join("one", 1).is_err());
    let said = hall.call("say", json!({"word": "sesame", "instance": "one"}));
    assert_eq!(said.unwrap(), json!(true));
    hall.member_join("one", 1).unwrap();
    assert_eq!(hall.state()["online"], 1);
}
