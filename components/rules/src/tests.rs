//! The fixture does what the tests of the daemon take for granted.

use liveside_guest::json;
use liveside_guest::testing::Harness;

use crate::checked::Checked;

#[test]
fn what_reaches_the_logic_is_counted() {
    let mut checked = Harness::<Checked>::mount();
    checked.call("add", json!({"by": 2})).unwrap();
    checked.set_value("name", "Ana").unwrap();
    assert_eq!(checked.state()["reached"], 2);
    assert!(checked.payload_schema("order").is_some() && checked.state_schema().is_some());
}
