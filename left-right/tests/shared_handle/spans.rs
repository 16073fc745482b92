//! What a log sees of the publishes of a shared handle.

use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::Registry,
};

use super::*;

/// Counts the spans of publishes.
struct Spans(Arc<Mutex<u32>>);

impl Layer<Registry> for Spans {
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        _: &tracing::span::Id,
        _: Context<'_, Registry>,
    ) {
        *self.0.lock().unwrap() += u32::from(attributes.metadata().name() == "publish");
    }
}

#[test]
fn a_write_that_publishes_is_a_span_and_one_that_does_not_is_none() {
    let spans = Arc::default();
    let log = tracing_subscriber::registry().with(Spans(Arc::clone(&spans)));
    tracing::subscriber::with_default(log, || {
        let (writer, _) = left_right::new_owned::<_, u32>(left_right::doctest::Count(0));
        let shared = writer.into_shared(every(2), Duration::from_secs(1));
        for publishes in [0, 1, 1, 2] {
            shared.write(1).unwrap();
            assert_eq!(*spans.lock().unwrap(), publishes);
        }
    });
}
