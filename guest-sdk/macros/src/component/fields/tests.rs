//! The analysis must never leave out a field that a method can reach.

use syn::parse_quote;

use super::*;

/// What the method `main` of the block needs, as text: its fields, or `*` for all.
fn needed(block: &syn::ItemImpl) -> String {
    match Analysis::of(block).needed("main") {
        Needed::All => "*".to_owned(),
        Needed::Some(fields) => fields.into_iter().collect::<Vec<_>>().join(" "),
    }
}

/// The same for a method with this body.
macro_rules! body {
    ($($body:tt)*) => {
        needed(&parse_quote! { impl A { fn main(&mut self) { $($body)* } } })
    };
}

#[test]
fn fields_are_found_wherever_they_stand() {
    assert_eq!(body!(self.count += 1), "count");
    assert_eq!(
        body!(let x = &mut self.items[self.index].name; x.push('a');),
        "index items"
    );
    assert_eq!(body!(self.a.b.c(self.d.e())), "a d");
    assert_eq!(
        body!(if self.a { return } match self.b { _ if self.c => {} _ => {} }),
        "a b c"
    );
    assert_eq!(
        body!(let n: [u8; 2] = [self.a, -self.b]; n[0]..self.c),
        "a b c"
    );
    assert_eq!(
        body!(for x in &self.a {
            self.b.push(x.clone())
        }),
        "a b"
    );
    assert_eq!(body!((self.f)(self.x)), "f x");
    assert_eq!(body!(self.r#type = 1), "type");
    assert_eq!(body!(let r = self.a..self.b; self.c ..), "a b c");
    assert_eq!(
        body!(if !(self.a) {
            while !(self.b) {}
        }),
        "a b"
    );
    assert_eq!(body!(self.a != (self.b)), "a b");
}

#[test]
fn nothing_is_needed_where_nothing_is_mentioned() {
    assert_eq!(body!(let x = 1; x + 1), "");
    assert_eq!(
        body!(Self::helper(); Self { a: 1 }; super::f(); self::g(); crate::h()),
        ""
    );
    assert_eq!(
        body!(format!("{count}"); "self"; other.count; 'a: loop { break 'a }),
        ""
    );
}

#[test]
fn closures_and_blocks_are_looked_into() {
    assert_eq!(
        body!(let f = |x: u8| x + self.a; let g = move || { self.b }; unsafe { self.c }),
        "a b c"
    );
    assert_eq!(
        body!(self.items.iter().map(|item| item.price * self.rate).sum()),
        "items rate"
    );
}

#[test]
fn known_macros_are_looked_into() {
    assert_eq!(
        body!(format!("{} {:?}", self.a, vec![self.b; self.c])),
        "a b c"
    );
    assert_eq!(
        body!(json!({"x": self.a, "y": [self.b, {"z": self.c.len()}]})),
        "a b c"
    );
    assert_eq!(body!(serde_json::json!({"x": self.a})), "a");
    assert_eq!(
        body!(assert!(matches!(self.a, Some(_)), "{}", self.b)),
        "a b"
    );
    assert_eq!(
        body!(ensure!(self.a > 0, "{}", self.b); bail!("{}", self.c)),
        "a b c"
    );
}

#[test]
fn other_macros_may_do_anything() {
    assert_eq!(body!(custom!(self.a)), "*");
    assert_eq!(body!(custom!(deep { [self.a] })), "*");
    assert_eq!(body!(path::to::custom![self]), "*");
    assert_eq!(body!(custom!(count); self.a), "a");
    // As text, because it is not to be put in order.
    for body in [
        "macro_rules! m { ($f:ident) => { self.$f } } m!(secret)",
        "macro_rules! m { () => { 1 } } m!(); self.a",
    ] {
        let block = syn::parse_str(&format!("impl A {{ fn main(&self) {{ {body} }} }}")).unwrap();
        assert_eq!(needed(&block), "*", "{body}");
    }
}

#[test]
fn a_self_that_gets_away_is_everything() {
    for all in [
        body!(let this = self; this.a),
        body!(let this = &mut *self; this.a),
        body!(*self = Self::default()),
        body!(let Self { a, .. } = self; a),
        body!(let A { a, b } = &*self;),
        body!(Self::helper(self)),
        body!(A::helper(self, 1)),
        body!(<Self as Trait>::method(self)),
        body!(helper(&self)),
        body!(let copy = Self { a: 1, ..self.clone() };),
        body!(Self { a: 1, ..*self }),
        body!(match self {
            Self { a, .. } => a,
        }),
        body!([self]),
        body!((|this: &Self| this.a)(self)),
        body!(std::mem::take(self)),
        body!(format!("{:?}", self)),
        body!(dbg!(self)),
        body!(vec![self]),
        body!(self.0),
        body!(
            fn inner(self: &Self) {}
        ),
        body!(impl Other { fn f(&self) -> u8 { self.a } }),
        body!(self),
        body!(return self),
    ] {
        assert_eq!(all, "*");
    }
}

#[test]
fn format_strings_may_hold_self() {
    assert_eq!(body!(format!("{self}")), "*");
    assert_eq!(body!(println!("{self:?} {}", self.a)), "*");
    assert_eq!(body!(write!(f, r"{ self }")), "*");
    assert_eq!(body!(custom!("{self}")), "*");
    assert_eq!(
        body!(format!("himself {}", self.a)),
        "*",
        "rather one too many"
    );
    assert_eq!(body!(format!("{}", self.a)), "a");
}

#[test]
fn called_methods_count_with_what_they_need() {
    let block = parse_quote! {
        impl A {
            fn main(&mut self) { self.a = 1; self.one(self.b); }
            fn one(&mut self, x: u8) { self.c = x; self.two::<u8>() }
            fn two<T>(&self) -> u8 { self.d + self.one(1) }
            fn other(&self) { self.e }
        }
    };
    assert_eq!(needed(&block), "a b c d");
}

#[test]
fn methods_from_elsewhere_are_everything() {
    assert_eq!(body!(self.elsewhere()), "*");
    assert_eq!(body!(self.clone().a), "*");
    assert_eq!(body!(self.elsewhere::<u8>()), "*");
    let deep = parse_quote! { impl A { fn main(&self) { self.one() } fn one(&self) { self.elsewhere() } } };
    assert_eq!(needed(&deep), "*");
}

#[test]
fn a_method_that_others_may_rewrite_is_everything() {
    let instrumented = parse_quote! { impl A { #[instrument] fn main(&self) { self.a } } };
    assert_eq!(needed(&instrumented), "*");
    let conditional =
        parse_quote! { impl A { #[cfg_attr(x, instrument)] fn main(&self) { self.a } } };
    assert_eq!(needed(&conditional), "*");
    let called = parse_quote! { impl A { fn main(&self) { self.one() } #[instrument] fn one(&self) { self.a } } };
    assert_eq!(needed(&called), "*");
    let block = parse_quote! { #[rewritten] impl A { fn main(&self) { self.a } } };
    assert_eq!(needed(&block), "*");
    let brought = parse_quote! { impl A { fn main(&self) { self.a } methods!(); } };
    assert_eq!(needed(&brought), "*");
    let harmless = parse_quote! {
        /// Says what it does.
        #[allow(dead_code)]
        impl A {
            /// {self}
            #[inline] #[must_use] #[action(rename = "x")] #[allow(clippy::all)]
            fn main(&self) { self.a }
        }
    };
    assert_eq!(needed(&harmless), "a");
}

#[test]
fn of_methods_that_exclude_each_other_all_count() {
    let block = parse_quote! {
        impl A {
            fn main(&self) { self.one() }
            #[cfg(a)] fn one(&self) { self.a }
            #[cfg(not(a))] fn one(&self) { self.b }
        }
    };
    assert_eq!(needed(&block), "a b");
}

#[test]
fn comments_inside_are_no_format_strings_but_err_on_the_safe_side() {
    // A doc comment is an attribute with a literal, which cannot be told from another.
    assert_eq!(body!(#[doc = "{self}"] let x = self.a;), "*");
    assert_eq!(body!(#[doc = "of itself"] let x = self.a;), "a");
}
