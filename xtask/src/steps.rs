//! The table of checks: to add one, add a line.

/// One check: a call of cargo in the workspace's root.
#[derive(Debug)]
pub(crate) struct Step {
    /// What `--only` calls it.
    pub(crate) name: &'static str,
    /// The heading.
    pub(crate) about: &'static str,
    /// The arguments of cargo.
    pub(crate) cargo: &'static [&'static str],
    /// Environment variables.
    pub(crate) environment: &'static [(&'static str, &'static str)],
    /// A folder of its own below the target directory: for other flags, or a workspace of its own.
    pub(crate) target: Option<&'static str>,
    /// Whether nothing after it can succeed if it fails.
    pub(crate) essential: bool,
}

const PLAIN: Step = Step {
    name: "",
    about: "",
    cargo: &[],
    environment: &[],
    target: None,
    essential: false,
};

/// All checks, in their order.
#[rustfmt::skip]
pub(crate) const STEPS: &[Step] = &[
    Step { name: "format", about: "formatting", cargo: &["fmt", "--all", "--check"], ..PLAIN },
    Step { name: "build", about: "everything builds", cargo: &["test", "--workspace", "--all-targets", "--all-features", "--no-run"], essential: true, ..PLAIN },
    Step { name: "clippy", about: "clippy, warnings denied", cargo: &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], ..PLAIN },
    Step { name: "tests", about: "unit and integration tests", cargo: &["test", "--workspace", "--lib", "--bins", "--tests", "--examples", "--all-features", "--no-fail-fast"], ..PLAIN },
    // In the profile of the tests, which has their dependencies built already: one round each, to see that they work.
    Step { name: "benches", about: "every bench once, its results checked", cargo: &["test", "--workspace", "--benches", "--all-features", "--no-fail-fast", "--", "--test"], ..PLAIN },
    Step { name: "doc-tests", about: "examples in the documentation", cargo: &["test", "--workspace", "--exclude", "benches", "--all-features", "--doc"], ..PLAIN },
    Step { name: "readme", about: "the example of the README", cargo: &["test", "--package", "benches", "--doc"], ..PLAIN },
    Step { name: "loom", about: "interleavings under loom, a quick run", cargo: &["test", "--release", "--manifest-path", "left-right/Cargo.toml", "--test", "loom", "--features", "async"], environment: &[("RUSTFLAGS", "--cfg loom"), ("LOOM_MAX_PREEMPTIONS", "2")], target: Some("loom"), ..PLAIN },
    Step { name: "docs", about: "documentation, warnings denied", cargo: &["doc", "--workspace", "--no-deps", "--all-features", "--document-private-items"], environment: &[("RUSTDOCFLAGS", "-D warnings")], ..PLAIN },
    Step { name: "evmap11", about: "the registry's evmap 11 on this left-right", cargo: &["test", "--manifest-path", "left-right/compat/evmap11/Cargo.toml"], target: Some("evmap11"), ..PLAIN },
];
