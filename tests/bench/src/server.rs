//! What a server's process used and may use, from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Resource, getrlimit};

/// Descriptors beside those of the connections: files, epoll, standard streams, a module's cache.
const OTHER_DESCRIPTORS: u64 = 100;

/// The process of a server.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    pid: u32,
}

/// Processor time of each of the threads, in nanoseconds, at some moment.
#[derive(Debug)]
pub(crate) struct CpuTime(HashMap<String, u64>);

impl Server {
    /// The process with this id.
    #[must_use]
    pub fn new(pid: u32) -> Self {
        Self { pid }
    }

    /// Starts an account of processor time.
    ///
    /// The kernel counts it for each thread in nanoseconds, and for the process in hundredths of a second only.
    ///
    /// # Errors
    /// If the process has ended, or the kernel keeps no such account.
    pub(crate) fn cpu_time(self) -> Result<CpuTime> {
        let mut threads = HashMap::new();
        let folder = format!("/proc/{}/task", self.pid);
        for thread in fs::read_dir(&folder).context("the server's process is not there")? {
            let thread = thread?;
            // One that ends just now takes no time any more.
            let Ok(text) = fs::read_to_string(thread.path().join("schedstat")) else {
                continue;
            };
            let nanos = on_processor(&text)
                .with_context(|| format!("not a schedstat of the kernel: {text:?}"))?;
            threads.insert(thread.file_name().to_string_lossy().into_owned(), nanos);
        }
        ensure!(
            !threads.is_empty(),
            "the kernel keeps no account of a thread's processor time (/proc/PID/task/TID/schedstat)"
        );
        Ok(CpuTime(threads))
    }

    /// Memory in use, in bytes: what would be free if the process were not there.
    ///
    /// # Errors
    /// If the process has ended.
    pub(crate) fn memory(self) -> Result<u64> {
        let path = format!("/proc/{}/smaps_rollup", self.pid);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        proportional_bytes(&text).with_context(|| format!("{path} has no line `Pss:`"))
    }

    /// Makes sure that both sides may hold so many connections.
    ///
    /// # Errors
    /// If not, with what to do.
    pub(crate) fn has_room_for(self, connections: usize) -> Result<()> {
        let needed = connections as u64 + OTHER_DESCRIPTORS;
        let own = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let path = format!("/proc/{}/limits", self.pid);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let servers = open_files(&text).unwrap_or(u64::MAX);
        for (who, limit) in [("the load generator", own), ("the server", servers)] {
            ensure!(
                limit >= needed,
                "{connections} connections need {needed} descriptors, and {who} may hold {limit}: raise the limit with \
                 `ulimit -n {needed}`, or leave this scenario out"
            );
        }
        Ok(())
    }
}

impl CpuTime {
    /// What was used from `earlier` until now. A thread that has ended since is not counted.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let used = self.0.iter().map(|(thread, nanos)| {
            nanos.saturating_sub(earlier.0.get(thread).copied().unwrap_or_default())
        });
        Duration::from_nanos(used.sum())
    }
}

/// The first of the three numbers: nanoseconds on a processor.
fn on_processor(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

fn proportional_bytes(smaps_rollup: &str) -> Option<u64> {
    let line = smaps_rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The soft limit; `None` where there is none.
fn open_files(limits: &str) -> Option<u64> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_understood() {
        assert_eq!(on_processor("25938272 6316170 28\n"), Some(25_938_272));
        assert_eq!(on_processor(""), None);
        let rollup = "5581e000-7ffe000 ---p 00000000 00:00 0  [rollup]\nRss:  56424 kB\nPss:           55089 kB\nPss_Anon: 1 kB\n";
        assert_eq!(proportional_bytes(rollup), Some(55_089 * 1024));
        assert_eq!(proportional_bytes("Rss: 1 kB\n"), None);
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            20000                20000                files\n";
        assert_eq!(open_files(limits), Some(20_000));
        assert_eq!(
            open_files("Max open files   unlimited unlimited files"),
            None
        );
    }

    #[test]
    fn a_thread_that_was_not_there_before_counts_from_nothing() {
        let time = |threads: &[(&str, u64)]| {
            let threads = threads.iter();
            CpuTime(
                threads
                    .map(|(name, nanos)| ((*name).to_owned(), *nanos))
                    .collect(),
            )
        };
        let (before, after) = (
            time(&[("1", 100), ("2", 50)]),
            time(&[("1", 160), ("3", 7)]),
        );
        assert_eq!(after.since(&before), Duration::from_nanos(67));
    }

    #[test]
    fn this_process_uses_processor_time_and_memory() {
        let own = Server::new(std::process::id());
        let before = own.cpu_time().expect("an account");
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(60) {
            std::hint::spin_loop();
        }
        let used = own.cpu_time().expect("an account").since(&before);
        assert!(used > Duration::from_millis(5), "{used:?}");
        assert!(own.memory().expect("a number") > 100_000);
    }

    #[test]
    fn too_many_connections_are_refused_with_what_to_do() {
        let own = Server::new(std::process::id());
        own.has_room_for(1).expect("one is no problem");
        let error = own
            .has_room_for(usize::MAX >> 8)
            .expect_err("so many are")
            .to_string();
        assert!(error.contains("ulimit -n"), "{error}");
    }

    #[test]
    fn a_process_that_is_not_there_is_told() {
        assert!(Server::new(u32::MAX).cpu_time().is_err());
        assert!(Server::new(u32::MAX).memory().is_err());
    }
}
