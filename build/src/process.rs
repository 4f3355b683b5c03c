//! A child process that can be cancelled together with everything that it started.
//!
//! Each child leads a process group of its own: killing cargo alone would leave its compilers running, and they would
//! write into a target directory whose lock is gone. The price is that a Ctrl-C in the terminal does not reach them:
//! whoever starts builds calls [`Cancel::cancel`] when it is told to stop. Process groups are why this is for Unix only.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// Ends running builds: hand a clone to each build, and call [`cancel`](Self::cancel) when a newer change arrives.
///
/// It stays cancelled; take a new one for the next build.
#[derive(Clone, Default)]
pub struct Cancel {
    // A mutex and not an atomic: a child that is being started while `cancel` runs must either not start, or be killed.
    inner: Arc<Mutex<Cancelled>>,
}

#[derive(Default)]
struct Cancelled {
    cancelled: bool,
    /// Leaders of the process groups that run now. None of them is reaped while it is listed, so the ids are not reused.
    groups: Vec<u32>,
}

impl Cancel {
    /// A fresh one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Kills what runs under this handle, at once, and lets nothing more start under it.
    pub fn cancel(&self) {
        let mut inner = self.lock();
        inner.cancelled = true;
        for group in &inner.groups {
            kill_group(*group);
        }
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().cancelled
    }

    fn lock(&self) -> MutexGuard<'_, Cancelled> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel")
            .field("cancelled", &self.is_cancelled())
            .finish()
    }
}

/// One line that a child printed.
pub(crate) enum Line {
    Out(String),
    Err(String),
}

/// How a child ended.
pub(crate) enum Ended {
    Status(ExitStatus),
    /// By [`Cancel::cancel`].
    Cancelled,
    /// The caller's deadline passed first.
    TimedOut,
}

/// Runs `command` without input and gives every line to `on_line`, which answers with the deadline that holds from
/// then on (`None`: as long as it takes).
pub(crate) fn run(
    mut command: Command,
    cancel: &Cancel,
    mut deadline: Option<Instant>,
    mut on_line: impl FnMut(Line) -> Option<Instant>,
) -> io::Result<Ended> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let Some(mut running) = Running::start(&mut command, cancel)? else {
        return Ok(Ended::Cancelled);
    };

    // Bounded, so that a child that prints faster than we look is held up instead of filling our memory.
    let (sender, lines) = mpsc::sync_channel(64);
    if let Some(out) = running.child.stdout.take() {
        spawn_reader(out, sender.clone(), Line::Out);
    }
    if let Some(err) = running.child.stderr.take() {
        spawn_reader(err, sender.clone(), Line::Err);
    }
    drop(sender);

    let mut timed_out = false;
    loop {
        let line = match deadline {
            None => lines
                .recv()
                .map_err(|_| mpsc::RecvTimeoutError::Disconnected),
            Some(at) => lines.recv_timeout(at.saturating_duration_since(Instant::now())),
        };
        match line {
            Ok(line) => deadline = on_line(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                timed_out = true;
                kill_group(running.group);
                break;
            }
        }
    }
    // A reader may wait for room in the channel: it must go before the child is waited for.
    drop(lines);

    let status = running.wait()?;
    if timed_out {
        return Ok(Ended::TimedOut);
    }
    if cancel.is_cancelled() && !status.success() {
        return Ok(Ended::Cancelled);
    }
    Ok(Ended::Status(status))
}

/// The whole standard output of a short command, or why there is none.
pub(crate) fn output(command: &mut Command) -> io::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(io::Error::other(format!(
            "{name} failed ({}): {}",
            output.status,
            reason.trim()
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The end of `limit` from now.
pub(crate) fn within(limit: Duration) -> Option<Instant> {
    Instant::now().checked_add(limit)
}

/// A started child that is listed in its [`Cancel`] until it has ended. Dropped early, it is killed.
struct Running<'a> {
    child: Child,
    group: u32,
    cancel: &'a Cancel,
    ended: bool,
}

impl<'a> Running<'a> {
    /// `None` when the work was cancelled before it began.
    fn start(command: &mut Command, cancel: &'a Cancel) -> io::Result<Option<Self>> {
        lead_a_group(command);
        let mut inner = cancel.lock();
        if inner.cancelled {
            return Ok(None);
        }
        let child = command.spawn()?;
        let group = child.id();
        inner.groups.push(group);
        drop(inner);
        Ok(Some(Self {
            child,
            group,
            cancel,
            ended: false,
        }))
    }

    fn wait(&mut self) -> io::Result<ExitStatus> {
        wait_without_reaping(self.group);
        // Off the list before the id is free for another process.
        self.cancel
            .lock()
            .groups
            .retain(|group| *group != self.group);
        self.ended = true;
        self.child.wait()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.ended {
            kill_group(self.group);
            // Nobody is there to hear of a failure to wait.
            let _ = self.wait();
        }
    }
}

/// Ends by itself when the child closes its end, or when nobody listens any more.
fn spawn_reader(
    stream: impl Read + Send + 'static,
    lines: mpsc::SyncSender<Line>,
    wrap: fn(String) -> Line,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        loop {
            line.clear();
            match stream.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line);
                    if lines
                        .send(wrap(text.trim_end_matches(['\n', '\r']).to_owned()))
                        .is_err()
                    {
                        return;
                    }
                }
            }
        }
    })
}

fn lead_a_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

fn kill_group(group: u32) {
    if let Some(pid) = group_pid(group) {
        // It fails only where the group has ended already.
        let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
    }
}

fn wait_without_reaping(group: u32) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    if let Some(pid) = group_pid(group) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(
            waitid(WaitId::Pid(pid), options),
            Err(rustix::io::Errno::INTR)
        ) {}
    }
}

fn group_pid(group: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(group).ok()?)
}

#[cfg(test)]
mod tests;
