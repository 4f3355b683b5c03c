//! The machine that is measured on: its processors, its limits, and who else is busy.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::terminal;

/// How long it is watched for the work of others.
const WATCH: Duration = Duration::from_millis(300);
/// Of all processors, in percent: less than that is not worth a word.
const BUSY_PERCENT: u64 = 15;

/// The processor that both sides of a run can be kept on; `None` where there is no `taskset`.
pub(super) fn processor_to_share() -> Option<String> {
    let mut taskset = Command::new("taskset");
    taskset
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !taskset.status().ok()?.success() {
        return None;
    }
    let status = fs::read_to_string("/proc/self/status").ok()?;
    last_allowed(&status).map(str::to_owned)
}

/// The last one that we may run on: the first gets most of the machine's interrupts.
fn last_allowed(status: &str) -> Option<&str> {
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    list.trim()
        .rsplit([',', '-'])
        .next()
        .filter(|processor| !processor.is_empty())
}

/// Lets us, and all that we start, hold as many connections as the system allows without asking. Where that is not
/// enough the load generator says so.
pub(super) fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Not fatal: most scenarios need few.
    let _ = setrlimit(Resource::Nofile, raised);
}

/// Says so where others use the processors.
pub(super) fn tell_who_is_busy() {
    let read = || {
        let text = fs::read_to_string("/proc/stat").ok()?;
        busy_and_all(&text)
    };
    let before = read();
    thread::sleep(WATCH);
    let (Some(before), Some(after)) = (before, read()) else {
        return;
    };
    let percent = (after.0 - before.0) * 100 / (after.1 - before.1).max(1);
    if percent >= BUSY_PERCENT {
        terminal::line(&format!(
            "other programs use {percent}% of the processors: ratios still tell, times do not"
        ));
    }
}

/// Ticks of all processors since the start of the machine: those that somebody used, and all.
fn busy_and_all(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line
        .split_whitespace()
        .map_while(|ticks| ticks.parse().ok())
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are in the first two already.
        .take(8)
        .collect();
    let all: u64 = ticks.iter().sum();
    Some((all - ticks.get(3)? - ticks.get(4)?, all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_processor_is_found_in_any_list() {
        let last = |list: &str| {
            let status = format!("Name:\tsh\nCpus_allowed:\t3\nCpus_allowed_list:\t{list}\n");
            last_allowed(&status).map(str::to_owned)
        };
        assert_eq!(last("0-1").as_deref(), Some("1"));
        assert_eq!(last("0").as_deref(), Some("0"));
        assert_eq!(last("0-3,8-11").as_deref(), Some("11"));
        assert_eq!(last("2,5").as_deref(), Some("5"));
        assert_eq!(last(""), None);
        assert_eq!(last_allowed("Name:\tsh\n"), None);
    }

    #[test]
    fn idle_and_waiting_are_not_busy() {
        let stat = "cpu  10 1 20 500 40 2 3 4 9 9\ncpu0 1 2 3\n";
        assert_eq!(busy_and_all(stat), Some((40, 580)));
        assert_eq!(busy_and_all("intr 5"), None);
        assert_eq!(busy_and_all("cpu 1 2"), None);
    }
}
