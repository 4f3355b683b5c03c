//! What the macros say to an author who wrote something that does not work: at the line, and with what to do.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
