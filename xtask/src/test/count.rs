//! Counts tests by the closing lines of the runners that the suites use: cargo's, Vitest's, Node's, pytest's, Zig's and
//! that of the SDK of C. Go's has a line for each test instead.

use std::fmt;

use liveside_build::strip_ansi;

/// How many tests there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u32,
    pub(super) failed: u32,
    pub(super) skipped: u32,
}

impl Count {
    /// Takes one line of a runner's output.
    pub(super) fn read(&mut self, line: &str) {
        let line = strip_ansi(line);
        // Before it is trimmed: what is indented is a part of a test.
        if let Some(result) = line.strip_prefix("--- ") {
            self.add_go(result);
            return;
        }
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            // `ok. 12 passed; 1 failed; 0 ignored; 0 measured; …`, once for each program of tests.
            self.add_phrases(
                result
                    .trim_start_matches("ok. ")
                    .trim_start_matches("FAILED. ")
                    .split("; "),
            );
        } else if let Some(result) = line.strip_prefix("Tests  ") {
            // `1 failed | 11 passed (12)`
            self.add_phrases(result.split(" | "));
        } else if let Some(result) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            // `pass 12`, one line for each.
            self.add_node(result);
        } else if let Some((all, failed)) = line.split_once(" tests, ") {
            // `12 tests, 1 failed`
            let (failed, _) = failed.split_once(" failed").unwrap_or_default();
            if let (Ok(all), Ok(failed)) = (all.parse::<u32>(), failed.parse::<u32>()) {
                self.passed += all.saturating_sub(failed);
                self.failed += failed;
            }
        } else if let Some(all) = line
            .strip_prefix("All ")
            .and_then(|rest| rest.strip_suffix(" tests passed."))
        {
            // Zig's, if nothing failed.
            self.add_word("passed", all);
        } else if line.ends_with(" failed.") {
            // Else `9 passed; 0 skipped; 1 failed.`
            self.add_phrases(line.trim_end_matches('.').split("; "));
        } else if let Some((result, _)) = line.trim_matches(['=', ' ']).rsplit_once(" in ") {
            // `1 failed, 11 passed in 0.42s`
            self.add_phrases(result.split(", "));
        }
    }

    /// Adds those of another.
    pub(super) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    /// Phrases that begin with a number and a word.
    fn add_phrases<'a>(&mut self, phrases: impl Iterator<Item = &'a str>) {
        for phrase in phrases {
            let mut words = phrase.split_whitespace();
            let (Some(number), Some(word)) = (words.next(), words.next()) else {
                continue;
            };
            self.add_word(word, number);
        }
    }

    fn add_node(&mut self, line: &str) {
        if let Some((word, number)) = line.split_once(' ') {
            let word = match word {
                "pass" => "passed",
                // A test that was cut off when the runner ended.
                "fail" | "cancelled" => "failed",
                word => word,
            };
            self.add_word(word, number);
        }
    }

    /// `PASS: TestItCounts (0.00s)`
    fn add_go(&mut self, line: &str) {
        let word = match line.split_once(": ") {
            Some(("PASS", _)) => "passed",
            Some(("FAIL", _)) => "failed",
            Some(("SKIP", _)) => "skipped",
            _ => return,
        };
        self.add_word(word, "1");
    }

    fn add_word(&mut self, word: &str, number: &str) {
        let Ok(number) = number.parse::<u32>() else {
            return;
        };
        match word {
            "passed" => self.passed += number,
            "failed" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }
}

/// The closing line of all suites.
impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> (u32, u32, u32) {
        let mut count = Count::default();
        for line in lines {
            count.read(line);
        }
        (count.passed, count.failed, count.skipped)
    }

    #[test]
    fn cargos_programs_add_up() {
        let lines = [
            "test store::tests::a ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ];
        assert_eq!(count(&lines), (15, 2, 1));
    }

    #[test]
    fn vitest_is_read_with_its_colours() {
        let lines = [
            " Test Files  1 failed | 3 passed (4)",
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m\u{1b}[2m | \u{1b}[22m\u{1b}[1m\u{1b}[32m11 passed\u{1b}[39m\u{1b}[22m\u{1b}[2m | \u{1b}[22m\u{1b}[33m2 skipped\u{1b}[39m\u{1b}[90m (14)\u{1b}[39m",
        ];
        assert_eq!(count(&lines), (11, 1, 2));
        assert_eq!(count(&["      Tests  40 passed (40)"]), (40, 0, 0));
    }

    #[test]
    fn nodes_runner_is_read_in_both_of_its_styles() {
        let spec = [
            "✔ clicks (120ms)",
            "ℹ tests 9",
            "ℹ suites 2",
            "ℹ pass 7",
            "ℹ fail 1",
            "ℹ cancelled 0",
            "ℹ skipped 1",
            "ℹ todo 0",
            "ℹ duration_ms 812",
        ];
        assert_eq!(count(&spec), (7, 1, 1));
        let tap = [
            "# Subtest: pass",
            "ok 1 - clicks",
            "# tests 3",
            "# pass 3",
            "# fail 0",
            "# cancelled 0",
            "# skipped 0",
        ];
        assert_eq!(count(&tap), (3, 0, 0));
    }

    #[test]
    fn pytest_is_read_with_and_without_its_frame() {
        assert_eq!(count(&["11 passed in 0.42s"]), (11, 0, 0));
        let framed = "=========== 1 failed, 3 passed, 2 skipped in 1.20s ===========";
        assert_eq!(count(&[framed]), (3, 1, 2));
        // The harness of C.
        assert_eq!(count(&["12 tests, 1 failed"]), (11, 1, 0));
        assert_eq!(count(&["it was built in 3 s"]), (0, 0, 0));
    }

    #[test]
    fn zigs_runner_is_read_whether_all_is_well_or_not() {
        assert_eq!(
            count(&["1/10 first.test_0...OK", "All 10 tests passed."]),
            (10, 0, 0)
        );
        assert_eq!(count(&["9 passed; 1 skipped; 2 failed."]), (9, 2, 1));
        assert_eq!(count(&["error: 2 errors; the build failed."]), (0, 0, 0));
    }

    #[test]
    fn gos_tests_are_counted_without_their_parts() {
        let lines = [
            "=== RUN   TestItCounts",
            "--- PASS: TestItCounts (0.00s)",
            "=== RUN   TestNames/in_turn",
            "    names_test.go:12: is 1, expected 2",
            "--- FAIL: TestNames (0.02s)",
            "    --- PASS: TestNames/in_order (0.00s)",
            "    --- FAIL: TestNames/in_turn (0.02s)",
            "--- SKIP: TestLater (0.00s)",
            "FAIL",
            "FAIL\tcounter\t0.012s",
            "ok  \tchat\t(cached)",
        ];
        assert_eq!(count(&lines), (1, 1, 1));
    }

    #[test]
    fn the_closing_line_names_what_was_skipped() {
        assert_eq!(
            Count {
                passed: 3,
                failed: 0,
                skipped: 0
            }
            .to_string(),
            "3 passed, 0 failed"
        );
        assert_eq!(
            Count {
                passed: 3,
                failed: 1,
                skipped: 2
            }
            .to_string(),
            "3 passed, 1 failed, 2 skipped"
        );
    }
}
