//! WASI preview 2, for guests whose toolchain cannot do without it.
//!
//! What the configuration grants a component is there: directories and variables. Else there is nothing: no files, no
//! network, no environment, no arguments. What a guest prints goes to the log, line by line, and counts as its log lines.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncWrite;
use tracing::Level;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView, async_trait};

use super::host::{GuestStore, LogBudget, Speaker};
use crate::config::WasiConfig;

/// A line without an end is written in pieces of this many bytes.
const MAX_PENDING_BYTES: usize = 4096;
/// What a guest may write at a time. It asks again for the rest.
const MAX_WRITE_BYTES: usize = 64 << 10;

/// A worker's WASI context.
pub(super) struct WasiState {
    context: WasiCtx,
    table: ResourceTable,
}

impl WasiState {
    /// With what is granted. Fails if a directory cannot be opened.
    pub(super) fn granting(
        granted: &WasiConfig,
        module: &Arc<str>,
        budget: &Arc<LogBudget>,
    ) -> wasmtime::Result<Self> {
        let mut builder = Self::builder(module, budget);
        for (name, value) in &granted.variables {
            builder.env(name, value);
        }
        for (seen_as, directory) in &granted.directories {
            let permissions = if directory.write {
                FsPerms::ReadWrite
            } else {
                FsPerms::ReadOnly
            };
            builder
                .preopened_dir(&directory.path, seen_as, permissions)
                .map_err(|error| {
                    let path = directory.path.display();
                    error.context(format!("the directory {path} cannot be opened"))
                })?;
        }
        Ok(Self::from_builder(builder))
    }

    fn granting_nothing(module: &Arc<str>, budget: &Arc<LogBudget>) -> Self {
        Self::from_builder(Self::builder(module, budget))
    }

    fn from_builder(mut builder: WasiCtxBuilder) -> Self {
        Self {
            context: builder.build(),
            table: ResourceTable::new(),
        }
    }

    fn builder(module: &Arc<str>, budget: &Arc<LogBudget>) -> WasiCtxBuilder {
        let stream = |level| LogStream {
            module: module.clone(),
            budget: budget.clone(),
            level,
        };
        let mut builder = WasiCtx::builder();
        builder
            .stdout(stream(Level::INFO))
            .stderr(stream(Level::WARN))
            .allow_tcp(false)
            .allow_udp(false);
        builder
    }
}

/// Links all of WASI.
pub(super) fn add_to_linker(linker: &mut Linker<GuestStore>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl WasiView for GuestStore {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let state = self.wasi.get_or_insert_with(|| {
            // From the next event on it is told of each one as it begins.
            self.log.hear(self.subject.as_ref().map(Speaker::of));
            Box::new(WasiState::granting_nothing(&self.module, &self.log))
        });
        WasiCtxView {
            ctx: &mut state.context,
            table: &mut state.table,
        }
    }
}

/// Where stdout or stderr of a module goes.
#[derive(Clone)]
struct LogStream {
    module: Arc<str>,
    budget: Arc<LogBudget>,
    level: Level,
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    /// Preview 3's, which is not linked.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(LineWriter {
            stream: self.clone(),
            pending: Vec::new(),
        })
    }
}

/// Cuts bytes into lines and logs each at once: what is printed just before a crash is what one wants to read.
struct LineWriter {
    stream: LogStream,
    pending: Vec<u8>,
}

impl LineWriter {
    fn log_pending(&mut self) {
        if !self.pending.is_empty() {
            let line = String::from_utf8_lossy(&self.pending).into_owned();
            let LogStream {
                module,
                budget,
                level,
            } = &self.stream;
            budget.print(*level, module, line);
        }
        self.pending.clear();
    }
}

impl OutputStream for LineWriter {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        for byte in bytes {
            if byte == b'\n' {
                self.log_pending();
            } else {
                self.pending.push(byte);
                if self.pending.len() >= MAX_PENDING_BYTES {
                    self.log_pending();
                }
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_WRITE_BYTES)
    }
}

#[async_trait]
impl Pollable for LineWriter {
    async fn ready(&mut self) {}
}

impl Drop for LineWriter {
    fn drop(&mut self) {
        self.log_pending();
    }
}
