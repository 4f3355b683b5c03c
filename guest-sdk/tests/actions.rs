//! Actions: their names, arguments, results and errors.

use std::fmt;

use liveside_guest::FailureCode;
use liveside_guest::prelude::*;
use liveside_guest::testing::{Harness, User};
use serde::{Deserialize, Serialize};

#[derive(State)]
struct Shop {
    items: Vec<Item>,
    note: String,
    #[state(rename = "total_€")]
    total: f64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Item {
    name: String,
    price: f64,
}

/// An author's own error: shown, and nothing else.
struct SoldOut(&'static str);

impl fmt::Display for SoldOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is sold out", self.0)
    }
}

type Answer<T> = std::result::Result<T, SoldOut>;

#[component(set_value, requires(authenticated))]
impl Shop {
    #[action]
    fn add_item(&mut self, item: Item) -> usize {
        self.total += item.price;
        self.items.push(item);
        self.items.len()
    }

    #[action]
    fn add_named(&mut self, _cx: &Context, item_name: &str, price: Option<f64>) {
        self.add_item(Item {
            name: item_name.to_owned(),
            price: price.unwrap_or(1.0),
        });
    }

    #[action(rename = "x-count")]
    fn count(&self) -> Option<usize> {
        (!self.items.is_empty()).then_some(self.items.len())
    }

    #[action]
    fn sum(&self, prices: &[f64]) -> f64 {
        prices.iter().sum()
    }

    #[action]
    fn sold_out(&mut self) -> Answer<u8> {
        "tried".clone_into(&mut self.note);
        Err(SoldOut("Tea"))
    }

    #[action]
    fn parse(&self, text: String) -> Result<i64> {
        Ok(text.parse::<i64>()?)
    }

    #[action]
    fn text_error(&self) -> std::result::Result<(), &'static str> {
        Err("just text")
    }

    #[action(requires(roles("admin", "owner"), permissions("shop:close")))]
    fn close(&mut self) -> Result<()> {
        Err(Error::denied("not on a Sunday"))
    }

    #[action]
    fn bits(&self, r#type: u8, _unused: Option<u8>) -> Value {
        json!({"type": r#type})
    }

    #[allow(
        dead_code,
        reason = "it shows that a method without `#[action]` is listed"
    )]
    fn helper(&self) -> bool {
        self.items.is_empty()
    }

    fn _private(&self) -> bool {
        self.helper()
    }

    #[allow(dead_code, reason = "it shows that nothing without self is listed")]
    fn elsewhere() {}
}

fn shop() -> Harness<Shop> {
    Harness::setup().user(User::new("ana")).mount()
}

#[test]
fn arguments_come_from_the_payload() {
    let mut shop = shop();
    assert_eq!(
        shop.call(
            "addItem",
            Item {
                name: "Tea".into(),
                price: 2.5
            }
        )
        .unwrap(),
        1
    );
    assert_eq!(
        shop.delta(),
        json!({"items": [{"name": "Tea", "price": 2.5}], "total_€": 2.5})
    );
    assert_eq!(
        shop.call("addNamed", json!({"itemName": "Cup"})).unwrap(),
        Value::Null
    );
    assert_eq!(shop.state()["total_€"], 3.5);
    assert_eq!(shop.call("x-count", ()).unwrap(), 2);
    assert_eq!(
        shop.call_as::<f64>("sum", json!({"prices": [1, 2.5]}))
            .unwrap(),
        3.5
    );
    assert_eq!(shop.call_as::<f64>("sum", json!([1, 1])).unwrap(), 2.0);
    assert_eq!(
        shop.call("bits", json!({"type": 3, "unused": 1})).unwrap(),
        json!({"type": 3})
    );
}

#[test]
fn a_bad_payload_is_not_the_components_error() {
    let mut shop = shop();
    let error = shop.call("addNamed", json!({"price": 1})).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (FailureCode::InvalidPayload, "The payload needs `itemName`")
    );
    let error = shop.call("parse", json!({"text": "x"})).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (FailureCode::Failed, "invalid digit found in string")
    );
}

#[test]
fn any_error_that_can_be_shown_will_do() {
    let mut shop = shop();
    assert_eq!(
        shop.call("soldOut", ()).unwrap_err().message(),
        "Tea is sold out"
    );
    assert_eq!(
        shop.delta(),
        json!({"note": "tried"}),
        "what was changed before stays"
    );
    assert_eq!(
        shop.call("textError", ()).unwrap_err().message(),
        "just text"
    );
}

#[test]
fn access_rules_hold() {
    let error = Harness::<Shop>::setup().try_mount().err().unwrap();
    assert_eq!(
        (error.code(), error.message()),
        (FailureCode::Denied, "Shop needs an authenticated user")
    );
    let mut shop = shop();
    assert_eq!(
        shop.call("close", ()).unwrap_err().message(),
        "`close` of Shop needs one of the roles `admin`, `owner`"
    );
    shop.sign_in(User::new("eve").role("owner").permission("shop:close"));
    let error = shop.call("close", ()).unwrap_err();
    assert_eq!(
        (error.code(), error.message()),
        (FailureCode::Denied, "not on a Sunday")
    );
}

#[test]
fn what_is_not_public_says_what_to_add() {
    let mut shop = shop();
    let error = shop.call("helper", ()).unwrap_err();
    assert_eq!(error.code(), FailureCode::NotCallable);
    assert_eq!(
        error.message(),
        "Shop has no public action `helper`: add `#[action]` above `fn helper` in `impl Shop`"
    );
    for unknown in ["_private", "elsewhere", "add_item", "nothing"] {
        assert_eq!(
            shop.call(unknown, ()).unwrap_err().message(),
            format!("Shop has no public action `{unknown}`")
        );
    }
}

#[test]
fn set_value_sets_known_keys() {
    let mut shop = shop();
    shop.set_value("note", "hello").unwrap();
    assert_eq!(shop.delta(), json!({"note": "hello"}));
    assert_eq!(
        shop.set_value("other", 1).unwrap_err().message(),
        "The state has no key `other`"
    );
    // Nobody has checked the type. What cannot be read fails, `null` is the default.
    shop.set_value("items", "none").unwrap();
    let error = shop.call("x-count", ()).unwrap_err();
    assert_eq!(
        error.message(),
        "The state's `items` cannot be read: invalid type: string \"none\", expected a sequence"
    );
    shop.set_value("items", ()).unwrap();
    assert_eq!(shop.call("x-count", ()).unwrap(), Value::Null);
}
