//! What components have in common: the code of an engine, compiled once for all of them.
//!
//! A component of Python is an interpreter and a C library, core modules of nothing but code, the same in each component
//! and in each of its versions; what the author wrote is data in a memory beside them. Here such modules are taken out of
//! the component and become its imports. Each is compiled once, found again by its hash, and mapped into memory once,
//! whatever number of components stands on it: after an edit only what has changed is compiled.
//!
//! Nothing of it is visible to a guest, and nobody can give it code that is not its own: a library's name is its hash.

use std::ops::Range;

use sha2::{Digest, Sha256};
use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{
    Component, ComponentImportSection, ComponentSection, ComponentTypeRef, CoreTypeSection,
    EntityType, ModuleType, RawSection,
};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// With less code than this, a module is compiled in the time that looking it up takes.
const LEAST_CODE_BYTES: usize = 128 << 10;
/// With more data than this, a module is most likely one's own and not a library: snapshots are data.
const MOST_DATA_BYTES: usize = 64 << 10;
/// The id of a core module's section in a component.
const CORE_MODULE: u8 = 1;

/// A component without its libraries.
#[derive(Debug)]
pub(super) struct Split<'c> {
    /// The component, with an import in the place of each library.
    pub(super) component: Vec<u8>,
    /// What it imports now.
    pub(super) libraries: Vec<Library<'c>>,
}

/// A core module that is code alone.
#[derive(Debug)]
pub(super) struct Library<'c> {
    /// Under which the component imports it. It holds the hash of `bytes`.
    pub(super) name: String,
    /// The module.
    pub(super) bytes: &'c [u8],
}

/// Takes the libraries out of a component. `None` if it has none, or is made in a way that this does not know: such a
/// component is compiled whole.
pub(super) fn split(component: &[u8]) -> Option<Split<'_>> {
    // Most of it stays, and growing step by step would copy megabytes several times.
    let mut rest = Vec::with_capacity(component.len());
    rest.extend(Component::HEADER);
    let mut libraries: Vec<Library<'_>> = Vec::new();
    for section in sections(component)? {
        let bytes = component.get(section.range)?;
        let library = (section.id == CORE_MODULE)
            .then(|| module_type(bytes))
            .flatten();
        let Some(module_type) = library else {
            let (id, data) = (section.id, bytes);
            RawSection { id, data }.append_to_component(&mut rest);
            continue;
        };
        let name = name(bytes);
        if libraries.iter().any(|known| known.name == name) {
            // The same module twice: an import has its name once.
            return None;
        }
        let mut types = CoreTypeSection::new();
        types.ty().module(&module_type);
        let mut imports = ComponentImportSection::new();
        let index = u32::try_from(libraries.len()).ok()?;
        imports.import(name.as_str(), ComponentTypeRef::Module(index));
        types.append_to_component(&mut rest);
        imports.append_to_component(&mut rest);
        libraries.push(Library { name, bytes });
    }
    (!libraries.is_empty()).then_some(Split {
        component: rest,
        libraries,
    })
}

/// Whether a component's import is one of ours.
pub(super) fn is_library(import: &str) -> bool {
    import.starts_with(PREFIX)
}

const PREFIX: &str = "library-";

fn name(module: &[u8]) -> String {
    // Each word of such a name begins with a letter.
    format!("{PREFIX}h{:x}", Sha256::digest(module))
}

struct Section {
    id: u8,
    range: Range<usize>,
}

/// The sections of a component, those of what is nested in it left out. `None` if it is none, or if it has core types of
/// its own: imports of ours would come between them.
fn sections(component: &[u8]) -> Option<Vec<Section>> {
    let mut sections = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.ok()?;
        let at_top = depth == 0;
        match &payload {
            Payload::Version { encoding, .. }
                if at_top && *encoding != wasmparser::Encoding::Component =>
            {
                return None;
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CoreTypeSection(_) if at_top => return None,
            _ => {}
        }
        if at_top && let Some((id, range)) = payload.as_section() {
            sections.push(Section { id, range });
        }
    }
    Some(sections)
}

/// The type of a module, if it is a library: much code, hardly any data, and types that an import can have.
fn module_type(module: &[u8]) -> Option<ModuleType> {
    let mut encode = RoundtripReencoder;
    let mut ty = ModuleType::new();
    let (mut code, mut data) = (0, 0);
    let mut functions = Vec::new();
    let mut globals = Vec::new();
    let mut tables = Vec::new();
    let mut memories = Vec::new();
    let mut exports = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.ok()? {
            Payload::TypeSection(section) => {
                for function in section.into_iter_err_on_gc_types() {
                    let function = encode.func_type(function.ok()?).ok()?;
                    ty.ty().func_type(&function);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.ok()?;
                    let entity = encode.entity_type(import.ty).ok()?;
                    ty.import(import.module, import.name, entity);
                    match import.ty {
                        TypeRef::Func(_) => functions.push(entity),
                        TypeRef::Global(_) => globals.push(entity),
                        TypeRef::Table(_) => tables.push(entity),
                        TypeRef::Memory(_) => memories.push(entity),
                        _ => return None,
                    }
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    functions.push(EntityType::Function(index.ok()?));
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    tables.push(EntityType::Table(encode.table_type(table.ok()?.ty).ok()?));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    memories.push(EntityType::Memory(encode.memory_type(memory.ok()?).ok()?));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    globals.push(EntityType::Global(
                        encode.global_type(global.ok()?.ty).ok()?,
                    ));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    exports.push(export.ok()?);
                }
            }
            Payload::TagSection(_) => return None,
            Payload::CodeSectionStart { size, .. } => code = usize::try_from(size).ok()?,
            Payload::DataSection(section) => data = section.range().len(),
            _ => {}
        }
    }
    if code < LEAST_CODE_BYTES || data > MOST_DATA_BYTES {
        return None;
    }
    for export in exports {
        let of_its_kind = match export.kind {
            ExternalKind::Func => &functions,
            ExternalKind::Global => &globals,
            ExternalKind::Table => &tables,
            ExternalKind::Memory => &memories,
            _ => return None,
        };
        let entity = of_its_kind.get(usize::try_from(export.index).ok()?)?;
        ty.export(export.name, *entity);
    }
    Some(ty)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use wasmtime::component::{Component, Linker};
    use wasmtime::{Engine, Module, Store};

    use super::*;

    /// A component of an engine and of what an author wrote, bound together by one thing of every kind.
    fn component(engine_bytes: usize, authors_number: i32) -> Vec<u8> {
        let mut padding = String::new();
        for _ in 0..engine_bytes {
            padding.push_str("nop ");
        }
        let mut text = String::from("(component\n");
        // Before it and behind it other things: indexes are to stay what they are.
        text.push_str("(core module $first (func (export \"unused\")))\n");
        let _ = write!(
            text,
            r#"(core module $engine
                (import "own" "memory" (memory 1))
                (import "own" "number" (global $number i32))
                (import "own" "table" (table 1 funcref))
                (import "own" "add" (func $add (param i32 i32) (result i32)))
                (global $more (export "more") (mut i32) (i32.const 5))
                (table (export "own-table") 2 funcref)
                (func (export "answer") (result i32)
                    {padding}
                    (call $add (global.get $number) (i32.add (i32.load (i32.const 8)) (global.get $more)))))
            (core module $own
                (memory (export "memory") 1)
                (data (i32.const 8) "\03")
                (global (export "number") i32 (i32.const {authors_number}))
                (table (export "table") 1 funcref)
                (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
            (core instance $f (instantiate $first))
            (core instance $o (instantiate $own))
            (core instance $e (instantiate $engine (with "own" (instance $o))))
            (func (export "answer") (result s32) (canon lift (core func $e "answer"))))"#
        );
        wat::parse_str(text).unwrap()
    }

    /// What a component answers that is put together again from its parts.
    fn answer(component: &[u8]) -> i32 {
        let engine = Engine::default();
        let split = split(component).unwrap();
        let mut linker = Linker::<()>::new(&engine);
        for library in &split.libraries {
            let module = Module::new(&engine, library.bytes).unwrap();
            linker.root().module(&library.name, &module).unwrap();
        }
        let component = Component::new(&engine, &split.component).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &component).unwrap();
        let answer = instance.get_typed_func::<(), (i32,)>(&mut store, "answer");
        answer.unwrap().call(&mut store, ()).unwrap().0
    }

    #[test]
    fn a_component_without_its_library_does_what_it_did() {
        assert_eq!(answer(&component(LEAST_CODE_BYTES, 34)), 42);
    }

    #[test]
    fn components_of_one_engine_have_one_library() {
        let (one, two) = (
            component(LEAST_CODE_BYTES, 1),
            component(LEAST_CODE_BYTES, 2),
        );
        let (one, two) = (split(&one).unwrap(), split(&two).unwrap());
        assert_eq!(one.libraries.len(), 1);
        assert_eq!(one.libraries[0].name, two.libraries[0].name);
        assert_ne!(one.component, two.component);
        assert!(one.component.len() < 2_000 && is_library(&one.libraries[0].name));
        let other = component(LEAST_CODE_BYTES + 1, 1);
        let other = split(&other).unwrap();
        assert_ne!(other.libraries[0].name, one.libraries[0].name);
    }

    #[test]
    fn what_is_small_or_no_component_stays_whole() {
        assert!(split(&component(100, 1)).is_none());
        assert!(split(b"").is_none());
        assert!(split(b"\0asm\x01\0\0\0").is_none());
        let mut broken = component(LEAST_CODE_BYTES, 1);
        broken.truncate(broken.len() - 3);
        assert!(split(&broken).is_none());
    }
}
