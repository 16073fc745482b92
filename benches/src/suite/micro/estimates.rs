//! What criterion leaves of a bench: files of JSON.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::figure::{Figure, Interval};

/// A bench and its estimate.
#[derive(Debug)]
pub(super) struct Estimated {
    pub(super) group: String,
    /// What was measured, among those of its group.
    pub(super) name: String,
    /// On what.
    pub(super) parameter: String,
    /// Nanoseconds per operation.
    pub(super) figure: Figure,
}

/// `benchmark.json`.
#[derive(Deserialize)]
struct Benchmark {
    group_id: String,
    function_id: Option<String>,
    value_str: Option<String>,
    throughput: Option<Throughput>,
}

#[derive(Deserialize)]
enum Throughput {
    Elements(u64),
    #[serde(untagged)]
    Other(serde::de::IgnoredAny),
}

/// `estimates.json`, of which the median counts here.
#[derive(Deserialize)]
struct Estimates {
    median: Estimate,
}

#[derive(Deserialize)]
struct Estimate {
    confidence_interval: Interval,
    point_estimate: f64,
}

/// `sample.json`.
#[derive(Deserialize)]
struct Sample {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// All estimates of the last run below this folder.
///
/// # Errors
///
/// [`Error::Failed`] if there is none, or one that is something else than this file thinks.
pub(super) fn load(home: &Path) -> Result<Vec<Estimated>, Error> {
    let mut folders = Vec::new();
    find(home, &mut folders)
        .map_err(|error| Error::Failed(format!("criterion's folder cannot be read: {error}")))?;
    match folders.is_empty() {
        true => Err(Error::Failed("criterion left no estimates".to_owned())),
        false => folders.iter().map(|folder| one(folder)).collect(),
    }
}

/// The folders of last runs, which criterion calls `new`, at any depth.
fn find(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, found)?;
        }
    }
    if folder.ends_with("new") && folder.join("benchmark.json").is_file() {
        found.push(folder.to_owned());
    }
    Ok(())
}

fn one(folder: &Path) -> Result<Estimated, Error> {
    let benchmark: Benchmark = read(folder, "benchmark.json")?;
    let estimates: Estimates = read(folder, "estimates.json")?;
    let sample: Sample = read(folder, "sample.json")?;
    let operations = match benchmark.throughput {
        Some(Throughput::Elements(count)) => count as f64,
        Some(Throughput::Other(_)) | None => 1.0,
    };
    let iterations = sample.times.iter().zip(&sample.iters);
    let samples: Vec<f64> = iterations
        .map(|(time, iterations)| time / iterations / operations)
        .collect();
    if samples.is_empty() {
        return Err(wrong(folder, "sample.json", "it has no sample"));
    }
    let Estimate {
        confidence_interval,
        point_estimate,
    } = estimates.median;
    Ok(Estimated {
        group: benchmark.group_id,
        name: benchmark.function_id.unwrap_or_default(),
        parameter: benchmark
            .value_str
            .unwrap_or_else(|| "by itself".to_owned()),
        figure: Figure {
            median: point_estimate / operations,
            interval: Some(confidence_interval.map(|bound| bound / operations)),
            ..Figure::of(samples)
        },
    })
}

fn read<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, Error> {
    let text = fs::read_to_string(folder.join(name)).map_err(|it| wrong(folder, name, it))?;
    serde_json::from_str(&text).map_err(|it| wrong(folder, name, it))
}

fn wrong(folder: &Path, name: &str, what: impl std::fmt::Display) -> Error {
    let file = folder.join(name);
    Error::Failed(format!("criterion's `{}`: {what}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BENCHMARK: &str = r#"{"group_id":"read: get","function_id":"evmap-core","value_str":"1,000 keys",
        "throughput":{"Elements":10},"full_id":"x","directory_name":"x","title":"x"}"#;
    const ESTIMATES: &str = r#"{"mean":{"confidence_interval":{"confidence_level":0.9,"lower_bound":1.0,
        "upper_bound":2.0},"point_estimate":1.5,"standard_error":0.1},
        "median":{"confidence_interval":{"confidence_level":0.95,"lower_bound":90.0,"upper_bound":120.0},
        "point_estimate":100.0,"standard_error":1.0},"slope":null}"#;
    const SAMPLE: &str = r#"{"sampling_mode":"Linear","iters":[2.0,4.0],"times":[180.0,440.0]}"#;

    fn written(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("read_ get/evmap-core/1,000 keys/new");
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in files {
            fs::write(folder.join(name), text).unwrap();
        }
        home
    }

    #[test]
    fn estimates_are_read_with_their_intervals_and_per_operation() {
        let home = written(&[
            ("benchmark.json", BENCHMARK),
            ("estimates.json", ESTIMATES),
            ("sample.json", SAMPLE),
        ]);
        // An older run is none of this one.
        let base = home.path().join("read_ get/evmap-core/1,000 keys/base");
        fs::create_dir(&base).unwrap();
        fs::write(base.join("benchmark.json"), BENCHMARK).unwrap();
        let all = load(home.path()).unwrap();
        let [it] = &all[..] else { panic!("{all:?}") };
        let names = [&it.group, &it.name, &it.parameter];
        assert_eq!(names, ["read: get", "evmap-core", "1,000 keys"]);
        assert_eq!(it.figure.median, 10.0);
        let interval = it.figure.interval.unwrap();
        assert_eq!((interval.lower_bound, interval.upper_bound), (9.0, 12.0));
        assert_eq!(interval.confidence_level, 0.95);
        assert_eq!(it.figure.samples, [9.0, 11.0]);
    }

    #[test]
    fn without_throughput_an_iteration_is_an_operation() {
        let benchmark = r#"{"group_id":"g","function_id":"f","value_str":null,"throughput":null}"#;
        let home = written(&[
            ("benchmark.json", benchmark),
            ("estimates.json", ESTIMATES),
            ("sample.json", SAMPLE),
        ]);
        let all = load(home.path()).unwrap();
        assert_eq!(all[0].figure.median, 100.0);
        assert_eq!(all[0].parameter, "by itself");
    }

    #[test]
    fn what_is_missing_or_something_else_is_an_error() {
        let error = |files: &[(&str, &str)]| {
            load(written(files).path())
                .expect_err("it is not to be read")
                .to_string()
        };
        assert_eq!(error(&[]), "criterion left no estimates");
        let lacking = error(&[("benchmark.json", BENCHMARK), ("sample.json", SAMPLE)]);
        assert!(lacking.contains("estimates.json"), "{lacking}");
        let wrong = error(&[
            ("benchmark.json", BENCHMARK),
            ("estimates.json", "{}"),
            ("sample.json", SAMPLE),
        ]);
        assert!(wrong.contains("missing field `median`"), "{wrong}");
        let empty = error(&[
            ("benchmark.json", BENCHMARK),
            ("estimates.json", ESTIMATES),
            ("sample.json", r#"{"iters":[],"times":[]}"#),
        ]);
        assert!(empty.contains("it has no sample"), "{empty}");
    }
}
