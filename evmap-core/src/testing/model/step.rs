//! One thing that a program may do, whichever the map.

/// One thing that a program may do with a map: `L` is logged without a look at the map, `C` is a change that
/// looks at the writer's own copy, `A` is what a reader is asked, `O` is an operation.
#[derive(Clone, Debug)]
pub enum Step<L, C, A, O> {
    Log(L),
    Change(C),
    Apply(O),
    Publish,
    TryPublish,
    PublishTimeout,
    PublishOrReplace,
    Flush,
    ViewOwn,
    Look(usize, A),
    CloneAndLook(usize, A),
    Enter(usize),
    Refresh(usize),
    Leave(usize),
    End(End),
}

/// How a writer goes.
#[derive(Clone, Copy, Debug)]
pub enum End {
    Drop,
    Freeze,
    /// A panic while operations are applied; the writer goes poisoned.
    Poison,
}

/// The steps that a string of bytes stands for, four bytes each.
pub fn decode_all<T>(bytes: &[u8], decode: impl Fn(u8, u8, u16) -> T) -> impl Iterator<Item = T> {
    bytes
        .chunks_exact(4)
        .map(move |b| decode(b[0], b[1], u16::from_le_bytes([b[2], b[3]])))
}
