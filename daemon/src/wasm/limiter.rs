//! How much memory a worker may have.

use wasmtime::ResourceLimiter;

/// Counts a worker's linear memory and refuses what is over the limit.
#[derive(Debug)]
pub(super) struct MemoryLimiter {
    limit_bytes: usize,
    /// All memories of the worker together.
    bytes: usize,
    /// Whether it was ever refused memory: a trap that follows is then explained by it.
    refused: bool,
}

/// Tables are small in ordinary modules; this many elements (of 8 bytes) is far above and bounds hostile ones.
const MAX_TABLE_ELEMENTS: usize = 100_000;
/// Python's shared libraries need two dozen instances.
const MAX_INSTANCES: usize = 64;

impl MemoryLimiter {
    pub(super) fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes,
            bytes: 0,
            refused: false,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    pub(super) fn refused(&self) -> bool {
        self.refused
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let bytes = self.bytes.saturating_sub(current).saturating_add(desired);
        if bytes > self.limit_bytes {
            self.refused = true;
            return Ok(false);
        }
        self.bytes = bytes;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_INSTANCES
    }

    fn memories(&self) -> usize {
        MAX_INSTANCES
    }
}
