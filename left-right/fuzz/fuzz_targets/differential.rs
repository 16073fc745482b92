//! A pair and its handles against a model of which publish each reader is in: a byte of input is a
//! step; see `model`.

#![no_main]

#[path = "../../tests/semantics/model.rs"]
mod model;
#[path = "../../tests/semantics/recorder.rs"]
#[allow(dead_code)] // The model uses a part of it.
mod recorder;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    model::play(model::Program::decode(bytes));
});
