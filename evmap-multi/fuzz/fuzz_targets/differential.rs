//! The map against a plain `HashMap` of vectors: four bytes of input are one step; see `model`.

#![no_main]

#[path = "../../tests/model/mod.rs"]
mod model;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    model::run(
        model::Step::decode_all(bytes),
        evmap_multi::DefaultHashBuilder::default(),
    );
});
