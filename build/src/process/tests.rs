use super::*;

fn sh(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn both_streams_are_read_line_by_line() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ended = run(
        sh("echo one; echo two >&2; printf three"),
        &Cancel::new(),
        None,
        |line| {
            match line {
                Line::Out(line) => out.push(line),
                Line::Err(line) => err.push(line),
            }
            None
        },
    );
    assert!(matches!(ended, Ok(Ended::Status(status)) if status.success()));
    assert_eq!(out, ["one", "three"]);
    assert_eq!(err, ["two"]);
}

#[test]
fn cancel_kills_the_grandchildren_too() {
    let cancel = Cancel::new();
    let remote = cancel.clone();
    // The grandchild holds the pipe open: without the group's death, `run` would wait for its whole minute.
    let ended = run(
        sh("sleep 60 & echo started; wait"),
        &cancel,
        within(Duration::from_secs(30)),
        |line| {
            assert!(matches!(line, Line::Out(line) if line == "started"));
            remote.cancel();
            within(Duration::from_secs(30))
        },
    );
    assert!(matches!(ended, Ok(Ended::Cancelled)));
}

#[test]
fn nothing_starts_once_cancelled() {
    let cancel = Cancel::new();
    cancel.cancel();
    let ended = run(sh("echo never"), &cancel, None, |_| panic!("it ran"));
    assert!(matches!(ended, Ok(Ended::Cancelled)));
}

#[test]
fn a_deadline_ends_a_silent_child() {
    let ended = run(
        sh("sleep 60"),
        &Cancel::new(),
        within(Duration::from_millis(50)),
        |_| None,
    );
    assert!(matches!(ended, Ok(Ended::TimedOut)));
}

#[test]
fn a_line_may_lift_the_deadline() {
    let ended = run(
        sh("echo on; sleep 0.2; exit 3"),
        &Cancel::new(),
        within(Duration::from_secs(30)),
        |_| None,
    );
    assert!(matches!(ended, Ok(Ended::Status(status)) if status.code() == Some(3)));
}

#[test]
fn output_tells_why_a_command_failed() {
    let error = output(&mut sh("echo broken >&2; exit 1")).expect_err("it exits with 1");
    assert!(error.to_string().contains("broken"), "{error}");
}
