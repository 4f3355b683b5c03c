//! What can be said of our dependencies: licences, where they come from, known weaknesses.
//!
//! Apart because it depends on the machine: the tools are not always installed, and the list of weaknesses must have
//! been fetched. What cannot be done is skipped, with the word that makes it possible; it never fails for that.

use std::net::{TcpStream, ToSocketAddrs as _};
use std::path::PathBuf;
use std::time::Duration;

use crate::install::is_on_path;

const INSTALL_DENY: &str = "run `cargo install --locked cargo-deny`";
const INSTALL_AUDIT: &str = "run `cargo install --locked cargo-audit`";
const NO_LIST: &str = "the list of weaknesses is not on this machine and cannot be fetched";

/// Where the lists are fetched from.
const LIST_HOST: &str = "github.com:443";
const PATIENCE: Duration = Duration::from_secs(3);

/// What this machine has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Supply {
    deny: bool,
    audit: bool,
    /// Whether a newer list of weaknesses can be fetched.
    network: bool,
    /// Whether each tool has fetched one before.
    deny_list: bool,
    audit_list: bool,
}

/// Arguments of cargo, or why there are none.
type Plan = Result<Vec<&'static str>, &'static str>;

impl Supply {
    /// Looks for the tools, their lists and the network.
    pub(super) fn of_this_machine() -> Self {
        let (deny, audit) = (is_on_path("cargo-deny"), is_on_path("cargo-audit"));
        let fetched = |name: &str| cargo_home().is_some_and(|home| home.join(name).is_dir());
        Self {
            deny,
            audit,
            network: (deny || audit) && is_reachable(LIST_HOST),
            deny_list: fetched("advisory-dbs"),
            audit_list: fetched("advisory-db"),
        }
    }

    /// The checks, each with its name.
    pub(super) fn plans(&self) -> [(&'static str, Plan); 3] {
        [
            ("licences and sources", self.licences()),
            ("weaknesses (deny)", self.weaknesses_by_deny()),
            ("weaknesses (audit)", self.weaknesses_by_audit()),
        ]
    }

    fn licences(&self) -> Plan {
        if !self.deny {
            return Err(INSTALL_DENY);
        }
        Ok(vec![
            "deny",
            "--offline",
            "check",
            "licenses",
            "bans",
            "sources",
        ])
    }

    fn weaknesses_by_deny(&self) -> Plan {
        match (self.deny, self.network, self.deny_list) {
            (false, _, _) => Err(INSTALL_DENY),
            (true, true, _) => Ok(vec!["deny", "check", "advisories"]),
            (true, false, true) => Ok(vec!["deny", "check", "--disable-fetch", "advisories"]),
            (true, false, false) => Err(NO_LIST),
        }
    }

    fn weaknesses_by_audit(&self) -> Plan {
        match (self.audit, self.network, self.audit_list) {
            (false, _, _) => Err(INSTALL_AUDIT),
            (true, true, _) => Ok(vec!["audit"]),
            (true, false, true) => Ok(vec!["audit", "--no-fetch", "--stale"]),
            (true, false, false) => Err(NO_LIST),
        }
    }
}

fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

fn is_reachable(host: &str) -> bool {
    let Ok(mut addresses) = host.to_socket_addrs() else {
        return false;
    };
    addresses.any(|address| TcpStream::connect_timeout(&address, PATIENCE).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Supply = Supply {
        deny: false,
        audit: false,
        network: false,
        deny_list: false,
        audit_list: false,
    };

    fn plans(supply: Supply) -> [Plan; 3] {
        supply.plans().map(|(_, plan)| plan)
    }

    #[test]
    fn without_the_tools_all_is_skipped_with_how_to_get_them() {
        assert_eq!(
            plans(BARE),
            [Err(INSTALL_DENY), Err(INSTALL_DENY), Err(INSTALL_AUDIT)]
        );
    }

    #[test]
    fn without_network_a_list_that_is_there_is_used() {
        let tools = Supply {
            deny: true,
            audit: true,
            ..BARE
        };
        let [licences, deny, audit] = plans(tools);
        assert!(licences.is_ok());
        assert_eq!((deny, audit), (Err(NO_LIST), Err(NO_LIST)));
        let [_, deny, audit] = plans(Supply {
            deny_list: true,
            audit_list: true,
            ..tools
        });
        assert!(deny.unwrap().contains(&"--disable-fetch"));
        assert!(audit.unwrap().contains(&"--no-fetch"));
    }

    #[test]
    fn with_network_the_newest_list_is_fetched() {
        let [_, deny, audit] = plans(Supply {
            deny: true,
            audit: true,
            network: true,
            ..BARE
        });
        assert_eq!(deny.unwrap(), ["deny", "check", "advisories"]);
        assert_eq!(audit.unwrap(), ["audit"]);
    }
}
