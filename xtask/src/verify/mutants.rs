//! A test of the tests: the protocol with one thing wrong at a time. For each mutant some check
//! must fail, or it must be said why none can.

mod edit;
mod mutant;
mod table;
mod workshop;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::context::{Context, Verdict};
use mutant::{Check, Fate, Mutant};
use workshop::{Outcome, Workshop};

/// Whatever is asked of a mutant that its first check let live, in this order, unless time is short.
const EVERY: [Check; 13] = [
    Check::Loom,
    Check::Unit,
    Check::Test("semantics"),
    Check::Test("panics"),
    Check::Test("shared_read"),
    Check::Test("combining"),
    Check::Test("shared_handle"),
    Check::Test("asynchronous"),
    Check::Test("progress"),
    Check::Test("allocations"),
    Check::Test("registration"),
    Check::Test("seccomp"),
    Check::Test("surface"),
];

/// How many mutants are at work at a time: mostly one core each.
const WORKERS: usize = 2;

/// Runs all mutants, or those that are asked for, or those of the protocol if time is short.
pub(crate) fn run(context: &Context) -> Verdict {
    let wanted = |mutant: &&Mutant| match &context.mutant {
        Some(part) => mutant.name.contains(part),
        None => context.long || mutant.is_of_the_protocol(),
    };
    let mutants: Vec<&Mutant> = table::all().filter(wanted).collect();
    if let (true, Some(part)) = (mutants.is_empty(), &context.mutant) {
        return Verdict::Failed(format!(
            "no mutant's name contains `{part}`; they are in xtask/src/verify/mutants/table"
        ));
    }
    match lives(context, &mutants) {
        Ok((broken, lives)) => report(&mutants, &lives, &broken),
        Err(error) => Verdict::Failed(error),
    }
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq)]
enum Life {
    /// The check and what it said.
    Killed(String),
    Survived,
    /// A tool is missing.
    Unknown(String),
    /// It does not apply or does not build.
    Void(String),
}

/// What became of each mutant, and before that the checks that fail without any.
fn lives(context: &Context, mutants: &[&Mutant]) -> Result<(Vec<String>, Vec<Life>), String> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(vec![Life::Survived; mutants.len()]);
    let mut first = Workshop::new(context)?;
    let thorough = context.long || context.mutant.is_some();
    let (sound, broken): (Vec<Check>, Vec<Check>) = checks(mutants, thorough)
        .into_iter()
        .partition(|check| first.passes(*check));
    let mut workshops = vec![first];
    for number in 1..WORKERS {
        workshops.push(workshops[0].twin(number)?);
    }
    let work = |workshop: &Workshop<'_>| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(index) else {
                break;
            };
            let since = Instant::now();
            let life = live(workshop, mutant, &sound);
            let seconds = since.elapsed().as_secs_f64();
            context.note(&format!("{} ({seconds:.1} s): {life:?}", mutant.name));
            results.lock().unwrap()[index] = life;
        }
    };
    thread::scope(|scope| {
        for workshop in &workshops {
            scope.spawn(|| work(workshop));
        }
    });
    let broken = broken.into_iter().map(Check::name).collect();
    Ok((broken, results.into_inner().unwrap()))
}

/// The checks that these mutants may be asked, but for models: those that they name, and if there is
/// time, all others.
fn checks(mutants: &[&Mutant], thorough: bool) -> Vec<Check> {
    let mut checks = if thorough { EVERY.to_vec() } else { Vec::new() };
    for mutant in mutants {
        match mutant.fate {
            Fate::Killed(Check::Model(_)) | Fate::Equivalent(_) => {}
            Fate::Killed(check) if checks.contains(&check) => {}
            Fate::Killed(check) => checks.push(check),
        }
    }
    checks
}

/// Lets a mutant live until a check notices it.
fn live(workshop: &Workshop<'_>, mutant: &Mutant, sound: &[Check]) -> Life {
    let first = match mutant.fate {
        Fate::Killed(check) => Some(check),
        Fate::Equivalent(_) => None,
    };
    let mutated = match workshop.mutate(mutant.file, mutant.find, mutant.replace) {
        Ok(mutated) => mutated,
        Err(error) => return Life::Void(error),
    };
    let others = sound
        .iter()
        .copied()
        .filter(|check| Some(*check) != first && EVERY.contains(check));
    let usable = |check: &Check| sound.contains(check) || matches!(check, Check::Model(_));
    for check in first.into_iter().filter(usable).chain(others) {
        let mut outcome = workshop.ask(check);
        if first.is_none() && outcome == Outcome::Hung {
            // One that should live may only be slow, on a machine that does other things as well.
            outcome = workshop.ask(check);
        }
        let said = match outcome {
            Outcome::Passed => continue,
            Outcome::Failed(test) => test,
            Outcome::Hung => "does not end".into(),
            Outcome::NotBuilt => {
                drop(mutated);
                return Life::Void("does not build".into());
            }
            Outcome::Missing(reason) => return Life::Unknown(reason),
        };
        return Life::Killed(format!("{}: {said}", check.name()));
    }
    Life::Survived
}

fn report(mutants: &[&Mutant], lives: &[Life], broken: &[String]) -> Verdict {
    let (mut killed, mut equivalent, mut unknown, mut wrong) = (0, 0, 0, Vec::new());
    let mut table = String::new();
    for (mutant, life) in mutants.iter().zip(lives) {
        let (word, said) = match (life, &mutant.fate) {
            (Life::Killed(by), Fate::Killed(_)) => {
                killed += 1;
                ("killed", by.as_str())
            }
            (Life::Survived, Fate::Equivalent(proof)) => {
                equivalent += 1;
                ("equivalent", *proof)
            }
            (Life::Unknown(reason), _) => {
                unknown += 1;
                ("unknown", reason.as_str())
            }
            (Life::Killed(by), Fate::Equivalent(_)) => {
                wrong.push(mutant.name);
                ("KILLED, though said to be equivalent", by.as_str())
            }
            (Life::Survived, Fate::Killed(_)) => {
                wrong.push(mutant.name);
                ("SURVIVED", "")
            }
            (Life::Void(error), _) => {
                wrong.push(mutant.name);
                ("VOID", error.as_str())
            }
        };
        let name = mutant.name;
        table += &format!("\n  {:16} {name:58} {word:10} {said}", mutant.file);
    }
    let mut text = format!(
        "{} of {}: {killed} killed, {equivalent} equivalent",
        mutants.len(),
        table::all().count()
    );
    if unknown > 0 {
        text += &format!(", {unknown} unknown");
    }
    if !wrong.is_empty() {
        text += &format!(", {} not as expected: {}", wrong.len(), wrong.join("; "));
    }
    if !broken.is_empty() {
        text += &format!("; fails without any mutant: {}", broken.join(", "));
    }
    text += &table;
    match wrong.is_empty() && broken.is_empty() {
        true => Verdict::Passed(text),
        false => Verdict::Failed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_mutant_applies() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../left-right/src");
        let mut errors = Vec::new();
        for mutant in table::all() {
            let text = std::fs::read_to_string(source.join(mutant.file)).unwrap_or_default();
            match edit::replace_once(&text, mutant.find, mutant.replace) {
                Ok(changed) => assert_ne!(changed, text, "{}", mutant.name),
                Err(error) => errors.push(format!("{}: {error}", mutant.name)),
            }
            // It may stand in the middle of a line.
            assert!(!mutant.replace.contains("//"), "{}", mutant.name);
        }
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }

    #[test]
    fn names_of_mutants_are_distinct() {
        let mut names: Vec<_> = table::all().map(|mutant| mutant.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn only_the_expected_passes() {
        let mutant = |fate| Mutant {
            name: "it",
            file: "",
            find: "",
            replace: "",
            fate,
        };
        let (mortal, immortal) = (
            mutant(Fate::Killed(Check::Loom)),
            mutant(Fate::Equivalent("…")),
        );
        let passes = |mutant, life: &Life| {
            let verdict = report(&[mutant], std::slice::from_ref(life), &[]);
            matches!(verdict, Verdict::Passed(_))
        };
        assert!(passes(&mortal, &Life::Killed(String::new())));
        assert!(!passes(&mortal, &Life::Survived));
        assert!(!passes(&mortal, &Life::Void(String::new())));
        assert!(passes(&mortal, &Life::Unknown(String::new())));
        assert!(passes(&immortal, &Life::Survived));
        assert!(!passes(&immortal, &Life::Killed(String::new())));
        let nothing = report(&[], &[], &["loom".into()]);
        assert!(matches!(nothing, Verdict::Failed(_)));
    }
}
