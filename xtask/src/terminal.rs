//! What a person sees: plain lines, coloured only on a terminal.

use std::time::Duration;

use anstyle::{AnsiColor, Style};

const STEP: Style = AnsiColor::Cyan.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// A step begins.
pub(crate) fn step(text: &str) {
    anstream::println!("{STEP}==>{STEP:#} {text}");
}

/// An ordinary line.
pub(crate) fn line(text: &str) {
    anstream::println!("    {text}");
}

/// What a tool says of its progress.
pub(crate) fn detail(text: &str) {
    anstream::println!("{DIM}    {}{DIM:#}", text.trim_start());
}

/// Something went well.
pub(crate) fn good(text: &str) {
    anstream::println!("    {GOOD}{text}{GOOD:#}");
}

/// Something went wrong. On stdout, like the steps, so that a log keeps their order.
pub(crate) fn error(text: &str) {
    anstream::println!("    {BAD}{text}{BAD:#}");
}

/// A line exactly as it is, with nothing before it.
pub(crate) fn bare(text: &str) {
    anstream::println!("{text}");
}

/// `850 ms`, `12.3 s`, `4 min 05 s`.
pub(crate) fn time(took: Duration) -> String {
    match took.as_secs() {
        0 => format!("{} ms", took.as_millis()),
        1..60 => format!("{:.1} s", took.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// `731 B`, `67.2 KB`, `1.6 MB`, in thousands.
pub(crate) fn size(bytes: u64) -> String {
    // Precise to three digits whatever the number is.
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} KB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_are_short() {
        assert_eq!(time(Duration::from_millis(850)), "850 ms");
        assert_eq!(time(Duration::from_millis(12_345)), "12.3 s");
        assert_eq!(time(Duration::from_secs(245)), "4 min 05 s");
        assert_eq!(size(731), "731 B");
        assert_eq!(size(67_250), "67.2 KB");
        assert_eq!(size(1_630_000), "1.6 MB");
    }
}
