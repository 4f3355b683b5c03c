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

mod h {
    use super::*;
    #[component(room = "a:b")]
    impl Counter {}
}

mod i {
    use super::*;
    #[component(room = "counter", singleton)]
    impl Counter {}
}

mod j {
    use super::*;
    #[component(durable)]
    impl Counter {}
}

mod k {
    use super::*;
    #[component]
    impl Counter {
        fn on_member_join(&mut self) {}
    }
}

fn main() {}
