//! One suite for all languages: what `tests/conformance/README.md` says of each language's components, over the socket.
//! Every behaviour is a test of its own in every language: `js::timers::cancel`.
//!
//! | module | owns |
//! |---|---|
//! | `language` | the languages |
//! | `page` | a browser with one component, whose state it keeps as the client does |
//! | `stage` | the daemon that the behaviours of one language share |
//! | `users` | who signs in |
//! | `together` | several languages at once |
//! | the others | behaviours |
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod conformance {
    pub(crate) mod answers;
    pub(crate) mod chat;
    pub(crate) mod counter;
    pub(crate) mod data;
    pub(crate) mod endings;
    pub(crate) mod files;
    pub(crate) mod form;
    pub(crate) mod language;
    pub(crate) mod mounting;
    pub(crate) mod outside;
    pub(crate) mod page;
    pub(crate) mod rooms;
    pub(crate) mod rules;
    pub(crate) mod stage;
    pub(crate) mod timers;
    mod together;
    pub(crate) mod users;
    pub(crate) mod versions;
}

/// Every behaviour in every language.
macro_rules! languages {
    ($($language:ident)*) => {
        $(mod $language {
            behaviours! { $language
                counter: alone, wrong_steps, shared, at_once;
                form: validation, submission;
                chat: messages, members, refusals, at_once, history;
                mounting: defaults, props, hooks;
                answers: results, failure, denial, crash, timeout, not_callable;
                rules: schema, set_value, before_action, state_change, rate_limit, session, access;
                data: private, persistent, bump, store;
                timers: after, every, cancel;
                rooms: membership, events, default_room, state, broadcast, logic, full;
                outside: fetch, config, log, clock, random, nothing_else, granted, prints;
                files: binary, upload, refused_upload, cancelled_upload;
                versions: migration, migration_back, rehydration, rehydration_of_an_older_version, recovery;
                endings: hooks, singleton;
            }
        })*

        const TESTED: &[&str] = &[$(stringify!($language)),*];
    };
}

macro_rules! behaviours {
    ($language:ident $($module:ident: $($behaviour:ident),+;)+) => {
        $(mod $module { $(behaviour! { $language $module $behaviour })+ })+
    };
}

macro_rules! behaviour {
    ($language:ident $module:ident $behaviour:ident) => {
        #[tokio::test]
        async fn $behaviour() {
            use crate::conformance::{language::run, $module};
            run(stringify!($language), $module::$behaviour).await;
        }
    };
}

languages! { rust js ts python c cpp zig go }
