use liveside_guest::prelude::*;

#[derive(State)]
struct Counter {
    count: i64,
}

mod a {
    use super::*;
    #[component(nam = "LiveCounter")]
    impl Counter {}
}

mod b {
    use super::*;
    #[component(name = "Live Counter")]
    impl Counter {}
}

mod c {
    use super::*;
    #[component(props = "all")]
    impl Counter {}
}

mod d {
    use super::*;
    #[component(rate_limit(burst = 5))]
    impl Counter {}
}

mod e {
    use super::*;
    #[component(requires)]
    impl Counter {}
}

mod f {
    use super::*;
    #[component(requires(role("admin")))]
    impl Counter {}
}

mod g {
    use super::*;
    #[component(singleton(stay), logging(everything))]
    impl Counter {}
}

fn main() {}
