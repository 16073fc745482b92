//! What the features add.

#[cfg(feature = "serde")]
mod serde {
    use std::collections::HashMap;

    use evmap_multi::{Bag, Operation, WriteHandle};
    use serde_json::json;

    #[test]
    fn a_map_of_sequences_goes_there_and_back() {
        let map = HashMap::from([("a".to_string(), vec![1, 2, 2]), ("b".to_string(), vec![])]);
        let writer = WriteHandle::from(map.clone());
        let text = serde_json::to_string(&writer.published()).unwrap();
        assert_eq!(text, serde_json::to_string(&*writer.published()).unwrap());
        let plain: HashMap<String, Vec<u32>> = serde_json::from_str(&text).unwrap();
        assert_eq!(writer.published(), plain);
        let back: WriteHandle<String, u32> = serde_json::from_str(&text).unwrap();
        assert_eq!(back.published(), map);
        assert_eq!(back.version(), 1);
    }

    #[test]
    fn equal_keys_are_joined_and_what_is_no_map_of_sequences_is_an_error() {
        let writer: WriteHandle<String, u32> =
            serde_json::from_str(r#"{"a": [1], "b": [2], "a": [3]}"#).unwrap();
        assert_eq!(writer.published()["a"], [1, 3]);
        for text in ["[1]", r#"{"a": 1}"#, r#"{"a": ["x"]}"#, r#"{"a": [1]"#, "7"] {
            let result = serde_json::from_str::<WriteHandle<String, u32>>(text);
            assert!(result.is_err(), "{text}");
        }
        let error = serde_json::from_str::<WriteHandle<String, u32>>("[]").unwrap_err();
        assert!(error.to_string().contains("a map of sequences"), "{error}");
    }

    #[test]
    fn a_bag_is_a_sequence() {
        for size in [0, 1, 5, 100] {
            let bag: Bag<u32> = (0..size).map(|n| n / 2).collect();
            let text = serde_json::to_string(&bag).unwrap();
            assert_eq!(serde_json::from_str::<Bag<u32>>(&text).unwrap(), bag);
            assert_eq!(
                serde_json::from_str::<Vec<u32>>(&text).unwrap().len(),
                size as usize
            );
        }
        let error = serde_json::from_str::<Bag<u32>>("{}").unwrap_err();
        assert!(
            error.to_string().contains("a sequence of values"),
            "{error}"
        );
    }

    #[test]
    fn operations_go_over_the_wire_and_have_a_stable_form() {
        let operations: [Operation<String, u32, u32>; 11] = [
            Operation::Insert {
                key: "a".to_string(),
                value: 1,
            },
            Operation::Update {
                key: "a".to_string(),
                value: 2,
            },
            Operation::RemoveValue {
                key: "a".to_string(),
                value: 2,
            },
            Operation::Clear {
                key: "b".to_string(),
            },
            Operation::RemoveEntry {
                key: "a".to_string(),
            },
            Operation::Purge,
            Operation::Fit {
                key: "c".to_string(),
            },
            Operation::FitAll,
            Operation::Reserve {
                key: "d".to_string(),
                additional: 5,
            },
            Operation::ReserveKeys { additional: 6 },
            Operation::SetMeta { meta: 7 },
        ];
        let wire = serde_json::to_value(&operations).unwrap();
        assert_eq!(
            wire,
            json!([
                {"Insert": {"key": "a", "value": 1}},
                {"Update": {"key": "a", "value": 2}},
                {"RemoveValue": {"key": "a", "value": 2}},
                {"Clear": {"key": "b"}},
                {"RemoveEntry": {"key": "a"}},
                "Purge",
                {"Fit": {"key": "c"}},
                "FitAll",
                {"Reserve": {"key": "d", "additional": 5}},
                {"ReserveKeys": {"additional": 6}},
                {"SetMeta": {"meta": 7}},
            ])
        );
        let (mut writer, reader) = evmap_multi::with_meta::<String, u32, u32>(0);
        let received: Vec<Operation<String, u32, u32>> = serde_json::from_value(wire).unwrap();
        for operation in received {
            writer.apply(operation);
        }
        assert!(writer.pending().map(|o| o.cloned()).eq(operations));
        writer.publish();
        assert_eq!(reader.enter(), HashMap::from([("d".to_string(), vec![])]));
        assert_eq!(*reader.meta(), 7);
    }
}

#[cfg(feature = "rayon")]
mod rayon {
    use evmap_multi::WriteHandle;
    use rayon::prelude::*;

    #[test]
    fn threads_share_a_map_both_ways() {
        let pairs = || (0..10_000_u32).into_par_iter().map(|n| (n % 100, n));
        let collected: WriteHandle<u32, u32> = pairs().collect();
        let mut extended = WriteHandle::<u32, u32>::default();
        extended.par_extend(pairs());
        assert_eq!(extended.pending().len(), 10_000);
        extended.publish();
        assert_eq!(collected.published(), extended.published());
        extended.par_extend(&std::collections::HashMap::from([(1_000, 1)]));
        assert_eq!(extended.unpublished()[&1_000], [1]);

        let view = extended.published();
        assert_eq!(view.par_keys().count(), 100);
        assert!(view.par_values().all(|bag| bag.len() == 100));
        assert!(
            view.par_iter()
                .all(|(key, bag)| bag.iter().all(|n| n % 100 == *key))
        );
    }
}

#[cfg(feature = "async")]
#[test]
fn a_task_publishes_for_a_writer() {
    let (mut writer, reader) = evmap_multi::new();
    writer.insert(1, 'a').insert(1, 'b');
    futures::executor::block_on(writer.publish_async()).unwrap();
    assert_eq!(reader.get(&1).unwrap().len(), 2);
}
