//! The interface of left-right 0.11, pinned by use: names, signatures, bounds and automatic traits.
//!
//! Everything outside the module `stricter` compiles and passes with left-right 0.11.8, too.
#![cfg(not(loom))]

use std::{
    borrow::Borrow,
    cell::Cell,
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    marker::PhantomData,
    ops::{Deref, DerefMut},
    panic::{RefUnwindSafe, UnwindSafe},
    path::{Path, PathBuf},
    ptr::NonNull,
    rc::Rc,
    sync::{Arc, MutexGuard},
    thread,
};

use left_right::{
    Absorb, ReadGuard, ReadHandle, ReadHandleFactory, Taken, WriteHandle,
    aliasing::{Aliased, DropBehavior},
};

mod common;

/// Whether a type has a trait, as a value: the inherent constant is found first, if it applies.
macro_rules! has {
    ($type:ty: $($bound:tt)+) => {{
        #[allow(dead_code)]
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code)]
        trait Otherwise {
            const ANSWER: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        #[allow(dead_code)]
        impl<T: ?Sized + $($bound)+> Probe<T> {
            const ANSWER: bool = true;
        }
        <Probe<$type>>::ANSWER
    }};
}

/// `Send` and `Sync`.
type Plain = u32;
/// `Send` and not `Sync`.
type NotSync = Cell<u32>;
/// `Sync` and not `Send`.
type NotSend = MutexGuard<'static, u32>;
/// Neither.
type Neither = Rc<u32>;

/// A structure of anything, so that the bounds of handles can be tried with any `T`.
struct Holds<T>(PhantomData<T>);

impl<T, O> Absorb<O> for Holds<T> {
    fn absorb_first(&mut self, _: &mut O, _: &Self) {}
    fn sync_with(&mut self, _: &Self) {}
}

#[test]
fn the_probe_tells_traits_apart() {
    assert!(has!(Plain: Send) && has!(Plain: Sync));
    assert!(has!(NotSync: Send) && !has!(NotSync: Sync));
    assert!(!has!(NotSend: Send) && has!(NotSend: Sync));
    assert!(!has!(Neither: Send) && !has!(Neither: Sync));
    assert!(has!(Holds<Plain>: Send) && !has!(Holds<NotSend>: Send));
    assert!(has!(Holds<Plain>: Sync) && !has!(Holds<NotSync>: Sync));
}

#[test]
fn a_read_handle_is_send_if_the_data_is_sync_and_never_sync() {
    assert!(has!(ReadHandle<Plain>: Send));
    assert!(has!(ReadHandle<NotSend>: Send));
    assert!(!has!(ReadHandle<NotSync>: Send));
    assert!(!has!(ReadHandle<Neither>: Send));
    assert!(!has!(ReadHandle<Plain>: Sync));
    assert!(!has!(ReadHandle<NotSend>: Sync));
    assert!(!has!(ReadHandle<NotSync>: Sync));
}

#[test]
fn a_factory_is_send_and_sync_if_the_data_is_sync() {
    assert!(has!(ReadHandleFactory<Plain>: Send + Sync));
    assert!(has!(ReadHandleFactory<NotSend>: Send + Sync));
}

#[test]
fn a_write_handle_is_send_if_data_and_operations_allow_it_and_never_sync() {
    assert!(has!(WriteHandle<Holds<Plain>, Plain>: Send));
    assert!(has!(WriteHandle<Holds<Plain>, NotSync>: Send));
    assert!(!has!(WriteHandle<Holds<NotSync>, Plain>: Send));
    assert!(!has!(WriteHandle<Holds<NotSend>, Plain>: Send));
    assert!(!has!(WriteHandle<Holds<Neither>, Plain>: Send));
    assert!(!has!(WriteHandle<Holds<Plain>, NotSend>: Send));
    assert!(!has!(WriteHandle<Holds<Plain>, Neither>: Send));
    assert!(!has!(WriteHandle<Holds<Plain>, Plain>: Sync));
}

#[test]
fn a_write_handle_is_not_clone() {
    assert!(!has!(WriteHandle<Holds<Plain>, Plain>: Clone));
    assert!(has!(ReadHandle<Plain>: Clone));
    assert!(has!(ReadHandleFactory<Plain>: Clone));
}

#[test]
fn a_guard_stays_on_its_thread() {
    assert!(!has!(ReadGuard<'static, Plain>: Send));
    assert!(!has!(ReadGuard<'static, NotSync>: Send));
    assert!(!has!(ReadGuard<'static, str>: Send));
    assert!(!has!(ReadGuard<'static, Plain>: Clone));
}

#[test]
fn what_was_taken_is_owned_data() {
    assert!(has!(Taken<Holds<Plain>, Plain>: Send + Sync));
    assert!(!has!(Taken<Holds<NotSend>, Plain>: Send));
    assert!(!has!(Taken<Holds<NotSync>, Plain>: Sync));
}

#[test]
fn handles_cross_catch_unwind() {
    assert!(has!(ReadHandle<Plain>: UnwindSafe));
    assert!(has!(ReadHandleFactory<Plain>: UnwindSafe + RefUnwindSafe));
    assert!(has!(WriteHandle<Holds<Plain>, Plain>: UnwindSafe));
    assert!(has!(ReadHandle<Plain>: Unpin));
    assert!(has!(WriteHandle<Holds<Plain>, Plain>: Unpin));
    assert!(has!(ReadGuard<'static, Plain>: Unpin));
}

struct NoDrop;
impl DropBehavior for NoDrop {
    const DO_DROP: bool = false;
}

struct DoDrop;
impl DropBehavior for DoDrop {
    const DO_DROP: bool = true;
}

#[test]
fn an_alias_is_send_only_if_its_value_may_be_shared_and_sent() {
    assert!(has!(Aliased<Plain, NoDrop>: Send + Sync));
    assert!(!has!(Aliased<NotSync, NoDrop>: Send));
    assert!(!has!(Aliased<NotSend, NoDrop>: Send));
    assert!(!has!(Aliased<Neither, DoDrop>: Send));
    assert!(has!(Aliased<NotSend, NoDrop>: Sync));
    assert!(!has!(Aliased<NotSync, NoDrop>: Sync));
    assert!(!has!(Aliased<Plain, NoDrop>: Clone));
    // Not `From`, so that nobody makes one by accident.
    assert!(!has!(Aliased<Plain, NoDrop>: From<Plain>));
}

/// `Clone` and `Debug` of handles ask nothing of the data.
fn copy_and_print<T>(reader: &ReadHandle<T>) -> (ReadHandle<T>, ReadHandleFactory<T>, String) {
    let factory: ReadHandleFactory<T> = reader.factory().clone();
    let printed = format!("{reader:?} {reader:#?} {factory:?}");
    (reader.clone(), factory, printed)
}

/// The default methods of the trait, on a foreign type.
impl Absorb<Add> for i64 {
    fn absorb_first(&mut self, operation: &mut Add, _other: &Self) {
        *self += operation.0;
    }

    fn sync_with(&mut self, first: &Self) {
        *self = *first;
    }
}

#[derive(Debug)]
struct Add(i64);

/// Every method of the trait, on a generic foreign type.
impl<T: Clone> Absorb<Push<T>> for Vec<T> {
    fn absorb_first(&mut self, operation: &mut Push<T>, other: &Self) {
        assert!(self.len() >= other.len());
        self.push(operation.0.clone());
    }

    fn absorb_second(&mut self, operation: Push<T>, _other: &Self) {
        self.push(operation.0);
    }

    fn drop_first(self: Box<Self>) {
        drop(self);
    }

    fn drop_second(self: Box<Self>) {
        drop(self);
    }

    fn sync_with(&mut self, first: &Self) {
        self.clone_from(first);
    }
}

struct Push<T>(T);

#[test]
fn one_type_absorbs_several_kinds_of_operations() {
    struct Negate;
    impl Absorb<Negate> for i64 {
        fn absorb_first(&mut self, _: &mut Negate, _: &Self) {
            *self = -*self;
        }
        fn sync_with(&mut self, first: &Self) {
            *self = *first;
        }
    }
    let (mut adds, sum) = left_right::new::<i64, Add>();
    let (mut negations, sign) = left_right::new_from_empty::<i64, Negate>(1);
    adds.append(Add(2)).publish();
    negations.append(Negate).publish();
    assert_eq!((*sum.enter().unwrap(), *sign.enter().unwrap()), (2, -1));
}

#[test]
fn constructors_have_the_types_that_clients_name() {
    let pair: (WriteHandle<i64, Add>, ReadHandle<i64>) = left_right::new();
    let other: (WriteHandle<i64, Add>, ReadHandle<i64>) = left_right::new_from_empty(7);
    assert_eq!(*pair.1.enter().unwrap(), 0);
    assert_eq!(*other.1.enter().unwrap(), 7);
    fn generic<T: Default + Absorb<O>, O>() -> (WriteHandle<T, O>, ReadHandle<T>) {
        left_right::new::<T, O>()
    }
    let (mut writer, reader) = generic::<Vec<u8>, Push<u8>>();
    writer.append(Push(1)).publish();
    assert_eq!(*reader.enter().unwrap(), [1]);
}

#[test]
fn every_method_of_the_writer() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new::<i64, Add>();
    let chained: &mut WriteHandle<i64, Add> = writer.append(Add(1)).append(Add(2));
    let chained: &mut WriteHandle<i64, Add> = chained.publish();
    chained.extend([Add(3), Add(4)]);
    assert!(writer.has_pending_operations());
    writer.flush();
    assert!(!writer.has_pending_operations());
    assert_eq!(*reader.enter().unwrap(), 10);
    writer.extend(std::iter::once(Add(5)));
    let published: bool = writer.append(Add(6)).try_publish();
    assert!(published);
    let pointer: NonNull<i64> = writer.raw_write_handle();
    assert_ne!(Some(pointer), writer.raw_handle());
    assert!(!format!("{writer:?}").is_empty());
    let taken: Taken<i64, Add> = writer.take();
    assert_eq!(*taken, 21);
    assert!(reader.enter().is_none());
}

#[test]
fn every_method_of_the_reader() {
    let _deadline = common::deadline();
    let (mut writer, reader) = left_right::new::<Vec<String>, Push<String>>();
    writer.append(Push("one".to_owned())).publish();
    let guard: Option<ReadGuard<'_, Vec<String>>> = reader.enter();
    let guard = guard.unwrap();
    assert_eq!(guard.deref(), guard.as_ref());
    assert!(format!("{guard:?}").contains("one"));
    let slice: ReadGuard<'_, [String]> = ReadGuard::map(guard, |names| &names[..]);
    let name: Option<ReadGuard<'_, str>> =
        ReadGuard::try_map(slice, |names| names.first().map(String::as_str));
    assert_eq!(name.as_deref(), Some("one"));
    drop(name);
    let pointer: NonNull<Vec<String>> = reader.raw_handle().unwrap();
    assert_eq!(Some(pointer), reader.clone().raw_handle());
    let guard = reader.enter().unwrap();
    assert!(std::ptr::eq(pointer.as_ptr(), &*guard));
    drop(guard);
    let factory: ReadHandleFactory<Vec<String>> = reader.factory();
    let from_factory: ReadHandle<Vec<String>> = factory.handle();
    assert_eq!(from_factory.enter().unwrap().len(), 1);
    assert!(!reader.was_dropped());
    drop(writer);
    assert!(reader.was_dropped() && from_factory.was_dropped());
    assert!(factory.handle().was_dropped());
    assert!(reader.raw_handle().is_none());
    assert!(factory.handle().enter().is_none());
}

#[test]
fn a_clone_of_the_writer_is_a_reader() {
    let (mut writer, _reader) = left_right::new::<i64, Add>();
    writer.append(Add(1)).publish();
    let reader: ReadHandle<i64> = writer.clone();
    let also: ReadHandle<i64> = ReadHandle::clone(&writer);
    let deref: &ReadHandle<i64> = &writer;
    assert_eq!(*deref.enter().unwrap(), 1);
    assert_eq!(*reader.enter().unwrap() + *also.enter().unwrap(), 2);
    // The reader's methods, through the writer.
    assert_eq!(*writer.enter().unwrap(), 1);
    assert!(!writer.was_dropped());
    assert_eq!(*writer.factory().handle().enter().unwrap(), 1);
    assert!(writer.raw_handle().is_some());
}

#[test]
fn what_was_taken_can_be_changed_and_unboxed() {
    let (mut writer, _reader) = left_right::new::<Vec<u8>, Push<u8>>();
    writer.append(Push(1)).publish();
    let mut taken = writer.take();
    taken.deref_mut().push(2);
    taken.push(3);
    assert_eq!(*taken, [1, 2, 3]);
    assert!(format!("{taken:?}").contains("[1, 2, 3]"));
    // SAFETY: a vector's `drop_second` does what a plain drop does.
    let unboxed: Box<Vec<u8>> = unsafe { taken.into_box() };
    assert_eq!(*unboxed, [1, 2, 3]);
}

#[test]
fn handles_of_data_that_is_not_debug_or_clone_are() {
    struct Opaque;
    impl Absorb<()> for Opaque {
        fn absorb_first(&mut self, (): &mut (), _: &Self) {}
        fn sync_with(&mut self, _: &Self) {}
    }
    impl Default for Opaque {
        fn default() -> Self {
            Self
        }
    }
    let (_writer, reader) = left_right::new::<Opaque, ()>();
    let (clone, factory, printed) = copy_and_print(&reader);
    assert!(clone.enter().is_some());
    assert!(factory.handle().enter().is_some());
    assert!(printed.contains("ReadHandle"));
    assert!(printed.contains("ReadHandleFactory"));
}

/// Data and operations that must stay on one thread.
#[test]
fn data_and_operations_need_not_be_send() {
    #[derive(Clone, Default)]
    struct Local(Rc<Cell<u32>>, u32);
    impl Absorb<Rc<u32>> for Local {
        fn absorb_first(&mut self, operation: &mut Rc<u32>, _: &Self) {
            self.1 += **operation;
            self.0.set(self.0.get() + 1);
        }
        fn sync_with(&mut self, first: &Self) {
            self.1 = first.1;
        }
    }
    let (mut writer, reader) = left_right::new_from_empty::<Local, Rc<u32>>(Local::default());
    let operation = Rc::new(5);
    writer.append(Rc::clone(&operation)).publish();
    writer.append(Rc::clone(&operation)).publish();
    assert_eq!(reader.enter().unwrap().1, 10);
    writer.publish();
    assert_eq!(reader.enter().unwrap().1, 10);
    // Applied to both copies, but for the last, and both share the counter.
    assert_eq!(reader.enter().unwrap().0.get(), 3);
    drop(writer);
    assert_eq!(Rc::strong_count(&operation), 1);
}

/// A writer moves in a `const fn`, which may not drop it.
#[test]
fn a_writer_moves_in_a_const_fn() {
    struct Owner<T: Absorb<O>, O> {
        writer: WriteHandle<T, O>,
        name: &'static str,
    }
    impl<T: Absorb<O>, O> Owner<T, O> {
        const fn new(writer: WriteHandle<T, O>, name: &'static str) -> Self {
            Self { writer, name }
        }
    }
    const fn keep<T>(reader: ReadHandle<T>) -> (ReadHandle<T>,) {
        (reader,)
    }
    let (writer, reader) = left_right::new::<i64, Add>();
    let mut owner = Owner::new(writer, "sum");
    let (reader,) = keep(reader);
    owner.writer.append(Add(1)).publish();
    assert_eq!((*reader.enter().unwrap(), owner.name), (1, "sum"));
}

/// Guards with one lifetime parameter, in structs and behind traits, covariant in all they hold.
#[test]
fn guards_are_kept_in_structs() {
    struct Entry<'rh, K, T: ?Sized> {
        key: K,
        value: ReadGuard<'rh, T>,
    }
    impl<K, T: ?Sized> Deref for Entry<'_, K, T> {
        type Target = T;
        fn deref(&self) -> &T {
            &self.value
        }
    }
    trait Lookup<K> {
        fn look_up(&self, key: K) -> Option<Entry<'_, K, str>>;
    }
    impl Lookup<usize> for ReadHandle<Vec<String>> {
        fn look_up(&self, key: usize) -> Option<Entry<'_, usize, str>> {
            let value = ReadGuard::try_map(self.enter()?, |names| Some(names.get(key)?.as_str()))?;
            Some(Entry { key, value })
        }
    }
    fn shorter<'short, 'long: 'short>(
        guard: ReadGuard<'long, &'static str>,
    ) -> ReadGuard<'short, &'short str> {
        guard
    }
    let (mut writer, reader) = left_right::new::<Vec<String>, Push<String>>();
    writer.append(Push("zero".to_owned())).publish();
    let entry = reader.look_up(0).unwrap();
    assert_eq!((entry.key, &*entry), (0, "zero"));
    assert!(reader.look_up(1).is_none());

    let (mut writer, reader) = left_right::new::<Vec<&'static str>, Push<&'static str>>();
    writer.append(Push("name")).publish();
    let guard = ReadGuard::map(reader.enter().unwrap(), |names| &names[0]);
    assert_eq!(*shorter(guard), "name");
}

/// A guard of a trait object and of a slice: `T: ?Sized`.
#[test]
fn guards_narrow_to_unsized_parts() {
    let (mut writer, reader) = left_right::new::<Vec<u8>, Push<u8>>();
    writer.append(Push(7)).publish();
    let object: ReadGuard<'_, dyn fmt::Debug> =
        ReadGuard::map(reader.enter().unwrap(), |bytes| bytes as &dyn fmt::Debug);
    assert_eq!(format!("{:?}", &*object), "[7]");
    let index = String::from("0");
    let part = ReadGuard::map(reader.enter().unwrap(), move |bytes| {
        &bytes[index.parse::<usize>().unwrap()]
    });
    assert_eq!(*part, 7);
}

/// `into_iter` and closures that return references of the data, as `evmap` and others use them.
#[test]
fn guards_lend_for_as_long_as_they_live() {
    let (mut writer, reader) = left_right::new::<Vec<u8>, Push<u8>>();
    writer.append(Push(7)).append(Push(8)).publish();
    let guard = reader.enter().unwrap();
    let largest: &u8 = guard.iter().max().unwrap();
    let scoped = thread::scope(|scope| scope.spawn(|| *largest).join().unwrap());
    assert_eq!(scoped, 8);
}

#[test]
fn an_alias_reads_like_its_value() {
    fn hash<T: Hash + ?Sized>(value: &T) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }
    let alias: Aliased<String, DoDrop> = Aliased::from("b".to_owned());
    let other: Aliased<String, DoDrop> = Aliased::from("c".to_owned());
    let text: &String = &alias;
    let by_as_ref: &String = alias.as_ref();
    let by_borrow: &String = alias.borrow();
    let as_str: &str = alias.borrow();
    assert_eq!((text.as_str(), by_as_ref.as_str()), ("b", "b"));
    assert_eq!((by_borrow.as_str(), as_str), ("b", "b"));
    assert_eq!(hash(&alias), hash("b"));
    assert_eq!(format!("{alias:?}"), "\"b\"");
    assert!(alias == alias && alias != other);
    assert!(alias < other && alias.cmp(&other).is_lt());
    assert!(has!(Aliased<f32, NoDrop>: PartialOrd) && !has!(Aliased<f32, NoDrop>: Ord));
    assert!(has!(Aliased<u32, NoDrop>: Eq + Ord + Hash) && !has!(Aliased<f32, NoDrop>: Eq));
}

#[test]
fn an_alias_borrows_like_the_common_owners() {
    fn borrows<B: ?Sized, A: Borrow<B>>(alias: &A) -> &B {
        alias.borrow()
    }
    type Drops<T> = Aliased<T, DoDrop>;
    let path: Drops<PathBuf> = Aliased::from(PathBuf::from("a/b"));
    assert_eq!(borrows::<Path, _>(&path), Path::new("a/b"));
    let bytes: Drops<Vec<u8>> = Aliased::from(vec![1, 2]);
    assert_eq!(borrows::<[u8], _>(&bytes), [1, 2]);
    let boxed: Drops<Box<str>> = Aliased::from("box".into());
    assert_eq!(borrows::<str, _>(&boxed), "box");
    let shared: Drops<Arc<str>> = Aliased::from("arc".into());
    assert_eq!(borrows::<str, _>(&shared), "arc");
    let counted: Drops<Rc<str>> = Aliased::from("rc".into());
    assert_eq!(borrows::<str, _>(&counted), "rc");

    // What the borrows are for.
    let mut set = HashSet::new();
    set.insert(Drops::<String>::from("key".to_owned()));
    assert!(set.contains("key") && !set.contains("other"));
    let map = HashMap::from([(Drops::<String>::from("key".to_owned()), 1)]);
    assert_eq!(map.get("key"), Some(&1));
    let tree = BTreeMap::from([(Drops::<String>::from("key".to_owned()), 1)]);
    assert_eq!(tree.get("key"), Some(&1));
}

/// `repr(transparent)`: what the cast between the two behaviours rests on.
#[test]
fn an_alias_has_the_layout_of_its_value() {
    fn same_layout<A, B>() -> bool {
        size_of::<A>() == size_of::<B>() && align_of::<A>() == align_of::<B>()
    }
    assert!(same_layout::<Aliased<u8, NoDrop>, u8>());
    assert!(same_layout::<Aliased<String, NoDrop>, String>());
    assert!(same_layout::<
        Aliased<String, NoDrop>,
        Aliased<String, DoDrop>,
    >());
    assert!(same_layout::<Aliased<u128, DoDrop>, u128>());
    let mut values: Vec<Aliased<String, NoDrop>> = vec![Aliased::from("x".to_owned())];
    {
        // SAFETY: the behaviour is a marker in a transparent struct, and a vector's layout does
        // not depend on it.
        let dropping: &mut Vec<Aliased<String, DoDrop>> = unsafe { &mut *(&raw mut values).cast() };
        assert_eq!(dropping[0].as_str(), "x");
        dropping.clear();
    }
    assert!(values.is_empty());
}

#[test]
fn an_alias_that_does_not_drop_does_not() {
    let ledger = common::tracked::Ledger::default();
    let value = Aliased::<_, NoDrop>::from(ledger.value(1));
    // SAFETY: neither drops.
    let alias = unsafe { value.alias() };
    drop(value);
    drop(alias);
    assert_eq!(ledger.drops(), [0]);
    drop(Aliased::<_, DoDrop>::from(ledger.value(2)));
    assert_eq!(ledger.drops(), [0, 1]);
}

#[test]
fn changing_the_behaviour_to_drop_drops_once() {
    let ledger = common::tracked::Ledger::default();
    let value = Aliased::<_, NoDrop>::from(ledger.value(1));
    // SAFETY: it is the only alias.
    let value: Aliased<_, DoDrop> = unsafe { value.change_drop() };
    assert_eq!(ledger.drops(), [0]);
    assert_eq!(value.payload(), 1);
    drop(value);
    assert_eq!(ledger.drops(), [1]);
}

/// Where we promise more than 0.11 does, or less to whoever must not have it.
mod stricter {
    use super::*;

    /// In 0.11 safe code writes a `Cell` from another thread through such a factory.
    #[test]
    fn a_factory_of_data_that_is_not_sync_is_neither_send_nor_sync() {
        assert!(!has!(ReadHandleFactory<NotSync>: Send));
        assert!(!has!(ReadHandleFactory<NotSync>: Sync));
        assert!(!has!(ReadHandleFactory<Neither>: Send));
        assert!(!has!(ReadHandleFactory<Neither>: Sync));
    }

    /// In 0.11 no guard was, so nobody could rely on it.
    #[test]
    fn a_guard_of_data_that_is_sync_is_sync() {
        assert!(has!(ReadGuard<'static, Plain>: Sync));
        assert!(!has!(ReadGuard<'static, NotSync>: Sync));
    }

    /// In 0.11 the value was dropped here, and once more with what was returned.
    #[test]
    fn changing_the_behaviour_from_dropping_does_not_drop() {
        let ledger = common::tracked::Ledger::default();
        let value = Aliased::<_, DoDrop>::from(ledger.value(1));
        // SAFETY: it is the only alias, and may leak.
        let value: Aliased<_, NoDrop> = unsafe { value.change_drop() };
        assert_eq!(ledger.drops(), [0]);
        assert_eq!(value.payload(), 1);
        // SAFETY: it is the only alias.
        let value: Aliased<_, DoDrop> = unsafe { value.change_drop() };
        // SAFETY: it is the only alias.
        let value: Aliased<_, DoDrop> = unsafe { value.change_drop() };
        assert_eq!(ledger.drops(), [0]);
        drop(value);
        assert_eq!(ledger.drops(), [1]);
    }

    #[test]
    fn a_writer_is_debug_whatever_it_writes() {
        struct Opaque;
        let (writer, _reader) = left_right::new_from_empty::<Bag, Opaque>(Bag);
        #[derive(Clone)]
        struct Bag;
        impl Absorb<Opaque> for Bag {
            fn absorb_first(&mut self, _: &mut Opaque, _: &Self) {}
            fn sync_with(&mut self, _: &Self) {}
        }
        assert!(format!("{writer:?}").contains("WriteHandle"));
    }

    #[test]
    fn a_guard_is_debug_as_its_data_is() {
        let (_writer, reader) = left_right::new_from_empty::<i64, Add>(3);
        assert_eq!(format!("{:?}", reader.enter().unwrap()), "3");
    }

    #[test]
    fn the_version_lets_a_patch_take_it() {
        let mut parts = env!("CARGO_PKG_VERSION").split('.');
        assert_eq!((parts.next(), parts.next()), (Some("0"), Some("11")));
        let patch: u32 = parts.next().unwrap().parse().unwrap();
        assert!(patch >= 8, "0.11.{patch} would not replace 0.11.8");
    }
}

/// What 0.11's `enter` can be used as, also for data that borrows or is not known.
#[test]
fn enter_is_a_path() {
    type Enter<T> = for<'a> fn(&'a ReadHandle<T>) -> Option<ReadGuard<'a, T>>;

    fn all<T>(handles: &[ReadHandle<T>]) -> Vec<Option<ReadGuard<'_, T>>> {
        handles.iter().map(ReadHandle::enter).collect()
    }
    fn maybe<T>(handle: Option<&ReadHandle<T>>) -> Option<ReadGuard<'_, T>> {
        handle.and_then(ReadHandle::enter)
    }
    fn pointer<T>() -> Enter<T> {
        ReadHandle::<T>::enter
    }

    let name = String::from("borrowed");
    let (_writer, reader) = left_right::new_from_empty::<Borrows<'_>, ()>(Borrows(&name));
    let handles = [reader.clone(), reader];
    assert_eq!(all(&handles).len(), 2);
    assert_eq!(maybe(handles.first()).unwrap().0, name);
    assert_eq!(pointer()(&handles[1]).unwrap().0, name);
}

#[derive(Clone)]
struct Borrows<'a>(&'a str);

impl Absorb<()> for Borrows<'_> {
    fn absorb_first(&mut self, (): &mut (), _: &Self) {}
    fn sync_with(&mut self, _: &Self) {}
}

/// A guard has no comparison of its own, which would hide that of the data.
#[test]
fn guards_compare_as_their_data() {
    let (_writer, reader) = left_right::new_from_empty::<Borrows<'_>, ()>(Borrows("data"));
    let name = || ReadGuard::map(reader.enter().unwrap(), |it| it.0);
    assert!(name().eq("data"));
    assert!(name().ne("other"));
}
