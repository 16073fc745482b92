//! Why no test reaches a line.

/// A line that no test reaches, known by its text.
#[derive(Debug)]
struct Unreached {
    /// In the workspace.
    file: &'static str,
    /// The line, without the white space around it.
    text: &'static str,
    reason: &'static str,
}

const fn line(file: &'static str, text: &'static str, reason: &'static str) -> Unreached {
    Unreached { file, text, reason }
}

/// Why no test reaches this line, if that is known.
pub(super) fn reason(file: &str, text: &str) -> Option<&'static str> {
    let is_it = |it: &&Unreached| it.file == file && it.text == text.trim();
    UNREACHED.iter().find(is_it).map(|it| it.reason)
}

const LOGGED: &str = "every operation is logged, so the copies are never synchronised";
const RACE: &str =
    "needs the data taken away in the middle of a refresh: loom's refreshing_beside_a_close";
const TRACING: &str = "an argument of a macro, which makes a closure of it";
const FORMATTER: &str = "an error of the formatter";
const NO_BARRIER: &str = "in a test, where the system has no process-wide barrier";
const ENDS: &str = "ends the process, and the counters with it: see seccomp.rs";

#[rustfmt::skip]
const UNREACHED: &[Unreached] = &[
    line("evmap-core/src/absorb.rs", "fn sync_with(&mut self, _: &Self) {", LOGGED),
    line("evmap-core/src/absorb.rs", "unreachable!(\"every operation of this map is logged\");", LOGGED),
    line("evmap-core/src/table.rs", "unreachable!(\"an empty table has nothing to rehash\")", "says so itself"),
    line("evmap-multi/src/absorb.rs", "fn sync_with(&mut self, _: &Self) {", LOGGED),
    line("evmap-multi/src/absorb.rs", "unreachable!(\"every operation of this map is logged\");", LOGGED),
    line("evmap-multi/src/bag.rs", "Form::Many(Many::Counted(values)) => return values,", "nobody asks for it: a bag that is counted has no other form to take"),
    line("left-right/src/diagnostics.rs", ")?;", FORMATTER),
    line("left-right/src/diagnostics.rs", "None => f.write_str(\", just entering\"),", "needs a reader stopped in the middle of entering: loom's replacing_beside_reads"),
    line("left-right/src/raw/slot.rs", "None => Step::Closed,", RACE),
    line("left-right/src/raw/current.rs", "found = current;", "needs a publish between two loads: loom's replacing_beside_reads"),
    line("left-right/src/raw/guard.rs", "Step::Closed => None,", RACE),
    line("left-right/src/raw/fence/membarrier.rs", "let _ = writeln!(", ENDS),
    line("left-right/src/raw/fence/membarrier.rs", "io::stderr(),", ENDS),
    line("left-right/src/raw/fence/membarrier.rs", "std::process::abort();", ENDS),
    line("left-right/src/raw/fence.rs", "fence_strategy();", "needs a process with one thread, which is a fork in registration.rs, and ends without its counters"),
    line("left-right/src/raw/slot/tests.rs", "false => Word::NOTHING,", NO_BARRIER),
    line("left-right/src/raw/slot/tests.rs", "return;", NO_BARRIER),
    line("left-right/src/raw/grace.rs", "readers = ?self.stalled_readers(),", TRACING),
    line("left-right/src/raw/grace/tests.rs", "panic!(\"one reader\");", "a test that fails"),
    line("left-right/src/publish_async.rs", "context.waker().wake_by_ref();", "a delay that is over before it is looked at: loom's a_publish_that_waits_has_its_task_woken"),
    line("left-right/src/writer.rs", "version = self.copies.version() + 1,", TRACING),
    line("left-right/src/writer.rs", "operations = operations", TRACING),
    line("evmap-core/src/base/view.rs", "None => unreachable!(\"a view without a guard\"),", "says so itself"),
    line("left-right/src/oplog/tests.rs", "fn sync_with(&mut self, _: &Self) {}", "of a test's structure"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for Unreached { file, text, .. } in UNREACHED {
            let source = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(
                source.lines().any(|it| it.trim() == *text),
                "{file}: {text}"
            );
        }
    }

    #[test]
    fn white_space_does_not_matter() {
        assert_eq!(
            reason("left-right/src/raw/slot.rs", "  None => Step::Closed,"),
            Some(RACE)
        );
        assert_eq!(reason("left-right/src/raw/slot.rs", "None"), None);
    }
}
