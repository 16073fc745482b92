//! The map against a plain `HashMap` of vectors: four bytes of input are one step; see `model`.

#![no_main]

#[path = "../../tests/model/mod.rs"]
mod model;

use evmap_core::testing::model::decode_all;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    model::run(
        decode_all(bytes, model::steps::decode),
        evmap_multi::DefaultHashBuilder::default(),
    );
});
