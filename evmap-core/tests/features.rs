//! The optional features.

#[cfg(feature = "serde")]
mod serde {
    use std::collections::{BTreeMap, HashMap};
    use std::hash::BuildHasherDefault;

    use evmap_core::{Operation, WriteHandle};
    use serde_json::json;

    #[test]
    fn a_view_serializes_as_a_map() {
        let (mut writer, reader) = evmap_core::with_meta::<String, u32, _>("left out");
        writer.insert("a".to_string(), 1).publish();
        assert_eq!(
            serde_json::to_value(reader.enter()).unwrap(),
            json!({"a": 1})
        );
        assert_eq!(
            serde_json::to_value(&*reader.enter()).unwrap(),
            json!({"a": 1})
        );
        assert_eq!(
            serde_json::to_value(writer.unpublished()).unwrap(),
            json!({"a": 1})
        );
    }

    /// Formats with a length prefix ask for it first.
    #[test]
    fn the_map_has_the_right_length() {
        use serde::Serialize;
        use serde::ser::{self, Impossible};

        struct Length;
        #[derive(Debug)]
        struct Is(Option<usize>);
        impl std::fmt::Display for Is {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
        impl std::error::Error for Is {}
        impl ser::Error for Is {
            fn custom<T: std::fmt::Display>(_: T) -> Self {
                Is(None)
            }
        }
        macro_rules! not {
            ($($method:ident($($arg:ty),*);)*) => {
                $(fn $method(self, $(_: $arg),*) -> Result<(), Is> { Err(Is(None)) })*
            };
        }
        macro_rules! not_compound {
            ($($method:ident($($arg:ty),*) -> $kind:ident;)*) => {
                $(fn $method(self, $(_: $arg),*) -> Result<Self::$kind, Is> { Err(Is(None)) })*
            };
        }
        impl ser::Serializer for Length {
            type Ok = ();
            type Error = Is;
            type SerializeSeq = Impossible<(), Is>;
            type SerializeTuple = Impossible<(), Is>;
            type SerializeTupleStruct = Impossible<(), Is>;
            type SerializeTupleVariant = Impossible<(), Is>;
            type SerializeMap = Impossible<(), Is>;
            type SerializeStruct = Impossible<(), Is>;
            type SerializeStructVariant = Impossible<(), Is>;
            fn serialize_map(self, length: Option<usize>) -> Result<Self::SerializeMap, Is> {
                Err(Is(length))
            }
            fn serialize_some<T: ?Sized>(self, _: &T) -> Result<(), Is> {
                Err(Is(None))
            }
            fn serialize_newtype_struct<T: ?Sized>(self, _: &'static str, _: &T) -> Result<(), Is> {
                Err(Is(None))
            }
            fn serialize_newtype_variant<T: ?Sized>(
                self,
                _: &'static str,
                _: u32,
                _: &'static str,
                _: &T,
            ) -> Result<(), Is> {
                Err(Is(None))
            }
            not! {
                serialize_bool(bool); serialize_i8(i8); serialize_i16(i16); serialize_i32(i32);
                serialize_i64(i64); serialize_u8(u8); serialize_u16(u16); serialize_u32(u32);
                serialize_u64(u64); serialize_f32(f32); serialize_f64(f64); serialize_char(char);
                serialize_str(&str); serialize_bytes(&[u8]); serialize_none(); serialize_unit();
                serialize_unit_struct(&'static str);
                serialize_unit_variant(&'static str, u32, &'static str);
            }
            not_compound! {
                serialize_seq(Option<usize>) -> SerializeSeq;
                serialize_tuple(usize) -> SerializeTuple;
                serialize_tuple_struct(&'static str, usize) -> SerializeTupleStruct;
                serialize_tuple_variant(&'static str, u32, &'static str, usize) -> SerializeTupleVariant;
                serialize_struct(&'static str, usize) -> SerializeStruct;
                serialize_struct_variant(&'static str, u32, &'static str, usize) -> SerializeStructVariant;
            }
        }

        let writer: WriteHandle<u32, u32> = (0..7).map(|n| (n, n)).collect();
        let Err(Is(length)) = writer.published().serialize(Length) else {
            unreachable!("it always fails")
        };
        assert_eq!(length, Some(7));
    }

    #[test]
    fn a_map_deserializes_into_a_writer() {
        let writer: WriteHandle<String, u32> =
            serde_json::from_str(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
        let expected = HashMap::from([("a".to_string(), 3), ("b".to_string(), 2)]);
        assert_eq!(writer.published(), expected);
        assert_eq!(writer.version(), 1);

        type Hasher = BuildHasherDefault<std::hash::DefaultHasher>;
        let with_meta: WriteHandle<u32, u32, String, Hasher> = serde_json::from_str("{}").unwrap();
        assert!(with_meta.published().is_empty() && with_meta.published().meta().is_empty());
    }

    #[test]
    fn what_is_no_map_is_an_error() {
        for text in ["[1]", r#"{"a": "x"}"#, r#"{"a": 1"#, "7"] {
            let result = serde_json::from_str::<WriteHandle<String, u32>>(text);
            assert!(result.is_err(), "{text}");
        }
        let error = serde_json::from_str::<WriteHandle<String, u32>>("[]").unwrap_err();
        assert!(error.to_string().contains("expected a map"), "{error}");
    }

    #[test]
    fn a_reference_serializes_as_its_value() {
        let reader = WriteHandle::from([("a", vec![1, 2])]).reader();
        assert_eq!(
            serde_json::to_string(&reader.get("a").unwrap()).unwrap(),
            "[1,2]"
        );
    }

    #[test]
    fn operations_go_over_the_wire_and_do_the_same_there() {
        let (mut leader, _) = evmap_core::with_meta::<String, u32, u64>(0);
        leader
            .insert("a".to_string(), 1)
            .insert("b".to_string(), 2)
            .publish();
        leader.remove("a").reserve(10).shrink_to_fit().set_meta(7);
        leader.update("b", |value| *value += 1);
        leader.retain(|_, value| *value > 100);
        leader.clear().insert("c".to_string(), 3);

        let wire = serde_json::to_string(&leader.pending().collect::<Vec<_>>()).unwrap();
        let operations: Vec<Operation<String, u32, u64>> = serde_json::from_str(&wire).unwrap();
        assert_eq!(operations.len(), leader.pending().len());
        assert!(
            leader
                .pending()
                .map(|operation| operation.cloned())
                .eq(operations.iter().cloned())
        );

        let (mut follower, reader) = evmap_core::with_meta::<String, u32, u64>(0);
        for operation in operations {
            follower.apply(operation);
        }
        follower.publish();
        assert_eq!(reader.enter(), HashMap::from([("c".to_string(), 3)]));
        assert_eq!(*reader.meta(), 7);
    }

    #[test]
    fn operations_have_a_stable_form() {
        let operations: [Operation<&str, u32, u32>; 6] = [
            Operation::Insert { key: "a", value: 1 },
            Operation::Remove { key: "a" },
            Operation::Clear,
            Operation::Reserve { additional: 5 },
            Operation::ShrinkToFit,
            Operation::SetMeta { meta: 2 },
        ];
        assert_eq!(
            serde_json::to_value(operations).unwrap(),
            json!([
                {"Insert": {"key": "a", "value": 1}},
                {"Remove": {"key": "a"}},
                "Clear",
                {"Reserve": {"additional": 5}},
                "ShrinkToFit",
                {"SetMeta": {"meta": 2}},
            ])
        );
    }

    #[test]
    fn there_and_back_is_the_same_map() {
        let writer: WriteHandle<u32, String> = (0..500).map(|n| (n, n.to_string())).collect();
        let text = serde_json::to_string(&writer.published()).unwrap();
        let back: WriteHandle<u32, String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.published(), writer.published());
        let plain: BTreeMap<u32, String> = serde_json::from_str(&text).unwrap();
        assert_eq!(plain.len(), 500);
    }
}

#[cfg(feature = "rayon")]
mod rayon {
    use std::collections::HashSet;

    use evmap_core::WriteHandle;
    use rayon::prelude::*;

    #[test]
    fn parallel_iterators_see_each_entry_once() {
        let mut writer: WriteHandle<u32, u32> = (0..10_000).map(|n| (n, n * 3)).collect();
        let reader = writer.reader();
        let view = reader.enter();
        let entries: Vec<(u32, u32)> = view.par_iter().map(|(key, value)| (*key, *value)).collect();
        assert_eq!(entries.len(), 10_000);
        assert_eq!(entries.iter().collect::<HashSet<_>>().len(), 10_000);
        assert!(entries.iter().all(|(key, value)| *value == key * 3));
        assert_eq!(view.par_keys().copied().max(), Some(9_999));
        assert_eq!(
            view.par_values()
                .map(|value| u64::from(*value))
                .sum::<u64>(),
            149_985_000
        );
        assert_eq!(view.par_iter().clone().count(), 10_000);
        assert_eq!((&view).into_par_iter().count(), 10_000);
        drop(view);
        writer.insert(10_000, 0);
        assert_eq!(writer.unpublished().par_iter().count(), 10_001);
        assert_eq!(
            format!("{:?}", writer.unpublished().par_iter()),
            "ParIter { .. }"
        );
    }

    #[test]
    fn a_map_takes_entries_from_many_threads_in_their_order() {
        let entries = || (0..10_000_u32).into_par_iter().map(|n| (n % 1_000, n));
        let collected: WriteHandle<u32, u32> = entries().collect();
        let mut extended = WriteHandle::<u32, u32>::default();
        extended.par_extend(entries());
        assert_eq!(extended.pending().len(), 10_000);
        extended.publish();
        for writer in [&collected, &extended] {
            let view = writer.published();
            assert_eq!(view.len(), 1_000);
            assert!(view.iter().all(|(key, value)| *value == 9_000 + key));
        }
        extended.par_extend(&std::collections::HashMap::from([(1, 1)]));
        assert_eq!(extended.unpublished()[&1], 1);
    }

    #[test]
    fn a_parallel_iterator_that_panics_logs_nothing() {
        let mut writer = WriteHandle::<u32, u32>::default();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            writer.par_extend((0..100_u32).into_par_iter().map(|n| {
                assert!(n != 50, "on purpose");
                (n, n)
            }));
        }));
        assert!(result.is_err());
        assert_eq!(writer.pending().len(), 0);
        assert!(!writer.is_poisoned());
    }
}

#[cfg(feature = "async")]
mod asynchronous {
    use futures::executor::block_on;

    #[test]
    fn a_publish_that_is_given_up_loses_nothing() {
        let (mut writer, reader) = evmap_core::new();
        let view = reader.enter();
        writer.insert(1, 'a');
        block_on(writer.publish_async()).unwrap();
        writer.insert(2, 'b');
        let mut publish = Box::pin(writer.publish_async());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        // The view is in the way, and then it is not.
        assert!(publish.as_mut().poll(&mut context).is_pending());
        drop(publish);
        assert_eq!(writer.pending().len(), 1);
        assert_eq!(writer.version(), 1);
        drop(view);
        block_on(writer.publish_async()).unwrap();
        assert_eq!(reader.len(), 2);
    }
}
