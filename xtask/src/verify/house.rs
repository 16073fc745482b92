//! Who may import whom, and where unsafe code may stand: rules over one list of arrows.

mod arrows;
mod modules;
mod resolve;
mod source;
