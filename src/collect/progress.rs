//! Progress of a collection, for whoever waits for it.

/// Hears about the steps of a collection. The library itself never prints.
pub trait Progress: Send + Sync {
    /// A stage with this number of steps begins.
    fn begin(&self, stage: &str, steps: usize);
    /// From now on this is waited for.
    fn wait_for(&self, what: &str);
    /// One step of the stage is done; `what` names it.
    fn step(&self, what: &str);
    /// Something worth a line: a retry, a wait.
    fn say(&self, words: &str);
    /// The stage is over.
    fn end(&self);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: usize) {}
    fn wait_for(&self, _: &str) {}
    fn step(&self, _: &str) {}
    fn say(&self, _: &str) {}
    fn end(&self) {}
}
