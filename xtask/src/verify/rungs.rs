//! The rungs that are one command, and the table of all of them.

use super::context::{ASAN_TARGET, Context, LIBRARIES, Verdict, add_flags, has_sanitizers};
use super::{apt, coverage, features, fuzz, house, mutants, web};

/// One way to find out what is wrong.
#[derive(Debug)]
pub(crate) struct Rung {
    pub(crate) name: &'static str,
    /// What it shows.
    pub(crate) proves: &'static str,
    pub(crate) run: fn(&Context) -> Verdict,
}

/// All rungs, the quickest answers first.
#[rustfmt::skip]
pub(crate) const RUNGS: &[Rung] = &[
    Rung { name: "house", proves: "who imports whom, and where unsafe code stands", run: house::run },
    Rung { name: "loom", proves: "the protocol in every interleaving, up to 3 preemptions", run: loom },
    Rung { name: "spin", proves: "the fences, membarrier included, on models of two machines", run: spin },
    Rung { name: "mutants", proves: "every step of the protocol is needed, and its loss noticed", run: mutants::run },
    Rung { name: "real-fences", proves: "the tests pass with fences on both sides", run: real_fences },
    Rung { name: "torture", proves: "readers see whole, fresh states under random load", run: torture },
    Rung { name: "asan", proves: "no use after free, no leak (AddressSanitizer, LeakSanitizer)", run: asan },
    Rung { name: "tsan", proves: "no data race (ThreadSanitizer, std instrumented)", run: tsan },
    Rung { name: "fuzz", proves: "random programs find no difference from plain structures", run: fuzz::run },
    Rung { name: "features", proves: "sets of features, and the least versions, build", run: features::run },
    Rung { name: "targets", proves: "other systems type-check", run: targets },
    Rung { name: "coverage", proves: "the tests reach the lines of the libraries", run: coverage::run },
];

const LEFT_RIGHT: [&str; 2] = ["--manifest-path", "left-right/Cargo.toml"];

fn loom(context: &Context) -> Verdict {
    let models = |preemptions: &str, flags: &str| {
        let mut command = context.cargo("loom");
        command
            .args(["test", "--release", "--test", "loom", "--features", "async"])
            .args(LEFT_RIGHT)
            .env("LOOM_MAX_PREEMPTIONS", preemptions);
        add_flags(&mut command, flags);
        context.run(&mut command)
    };
    let (less, more) = if context.long { ("3", "4") } else { ("2", "3") };
    let without_barrier = "--cfg loom --cfg left_right_real_fences";
    Verdict::of(models(less, without_barrier) && models(more, "--cfg loom"))
}

fn spin(context: &Context) -> Verdict {
    for tool in ["spin", "gcc"] {
        if let Err(reason) = apt::ensure(context, tool, tool) {
            return Verdict::Skipped(reason);
        }
    }
    let mut command = std::process::Command::new("left-right/models/check");
    Verdict::of(context.run(command.current_dir(&context.root)))
}

fn real_fences(context: &Context) -> Verdict {
    let mut command = context.cargo_test_libraries("real-fences");
    add_flags(&mut command, "--cfg left_right_real_fences");
    Verdict::of(context.run(&mut command))
}

fn torture(context: &Context) -> Verdict {
    let mut command = context.cargo("verify/torture");
    command
        .args(["test", "--release", "--test", "torture"])
        .args(LEFT_RIGHT)
        .args(["--", "--nocapture"])
        .env(
            "LEFT_RIGHT_TORTURE_SECONDS",
            if context.long { "7200" } else { "20" },
        );
    if !context.run(&mut command) {
        return Verdict::of(false);
    }
    // What it counted, and the histogram of ages.
    let log = context.log_text();
    let said = log
        .lines()
        .filter(|line| line.starts_with("seed ") || line.starts_with("ages "));
    Verdict::Passed(said.collect::<Vec<_>>().join("\n  "))
}

/// Tests that leak on purpose: what a panic has damaged is leaked by design, and so is what a panic says
/// that goes no further; one handle must outlive every destructor of its thread. They run without
/// LeakSanitizer, all others with it.
const LEAKING: [&str; 16] = [
    "agrees_with_a_plain_map",
    "everything_at_once_and_panics",
    "each_call::",
    "poison",
    "an_operation_that_publishes_panics",
    "panickers::",
    "a_damaged_copy_is_leaked_and_the_published_one_dropped",
    "a_panic_in_a_drop_stays_there_and_leaks_the_other_copy",
    "what_a_damaged_copy_has_absorbed_is_leaked",
    "a_guard_in_a_thread_local_outlives_the_threads_table",
    "the_thread_that_publishes_outlives_a_panic_of_a_clone",
    "the_last_handle_may_go_on_the_thread_that_publishes",
    "panics::",
    "an_operation_that_wants_the_writer_panics_in_its_own_call",
    "a_panic_goes_on_in_the_call_that_brought_the_value",
    "a_guard_that_this_thread_has_leaked_counts_as_held",
];

fn asan(context: &Context) -> Verdict {
    if !has_sanitizers(context) {
        return Verdict::Skipped(format!("it is used on {ASAN_TARGET}"));
    }
    let test = |options: &str| {
        let mut command = context.cargo_test_libraries("verify/asan");
        command
            .args(["--target", ASAN_TARGET])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("LEFT_RIGHT_TORTURE_SECONDS", "4")
            // Some tests ask for more memory than there is.
            .env(
                "ASAN_OPTIONS",
                format!("allocator_may_return_null=1:{options}"),
            );
        add_flags(&mut command, "-Zsanitizer=address");
        command.arg("--");
        command
    };
    let mut most = test("detect_leaks=1");
    most.args(LEAKING.iter().flat_map(|name| ["--skip", name]));
    let mut leaking = test("detect_leaks=0");
    leaking.args(LEAKING);
    Verdict::of(context.run(&mut most) && context.run(&mut leaking))
}

/// Long tests of a single thread, which cannot race.
const ONE_THREAD: [&str; 4] = [
    "each_call::",
    "agrees_with_a_plain_map",
    "any_sequence_of_calls_matches_the_model",
    "membarrier",
];

fn tsan(context: &Context) -> Verdict {
    let compiler = match web::compiler(context) {
        Ok(compiler) => compiler,
        Err(reason) => return Verdict::Skipped(reason),
    };
    let mut command = context.cargo("verify/tsan");
    command.args(["test", "--target", ASAN_TARGET]);
    command.args(["--lib", "--tests", "--no-fail-fast"]);
    web::build_std(&mut command, &compiler);
    for library in LIBRARIES {
        command.args(["--package", library]);
    }
    command
        // Without features: rayon synchronises by fences, which it does not see.
        .arg("--")
        .args(ONE_THREAD.iter().flat_map(|name| ["--skip", name]))
        .env(
            "LEFT_RIGHT_TORTURE_SECONDS",
            if context.long { "600" } else { "15" },
        )
        // Some tests ask for more memory than there is.
        .env(
            "TSAN_OPTIONS",
            "halt_on_error=1:allocator_may_return_null=1",
        );
    // It does not see what membarrier does to other threads.
    add_flags(
        &mut command,
        "-Zsanitizer=thread --cfg left_right_real_fences",
    );
    web::verdict(context, context.run(&mut command))
}

/// What the libraries must at least type-check for.
const TARGETS: [&str; 5] = [
    // It has no atomics of 64 bits.
    "armv5te-unknown-linux-gnueabi",
    "aarch64-unknown-linux-gnu",
    "i686-unknown-linux-gnu",
    "x86_64-pc-windows-msvc",
    "x86_64-apple-darwin",
];

fn targets(context: &Context) -> Verdict {
    let compiler = match web::compiler(context) {
        Ok(compiler) => compiler,
        Err(reason) => return Verdict::Skipped(reason),
    };
    let mut command = context.cargo("verify/targets");
    command.args(["check", "--lib", "--all-features"]);
    web::build_std(&mut command, &compiler);
    for library in LIBRARIES {
        command.args(["--package", library]);
    }
    for target in TARGETS {
        command.args(["--target", target]);
    }
    web::verdict(context, context.run(&mut command))
}
