use super::*;
use crate::discover;
use crate::notes::Notes;
use crate::process::Cancel;

/// A folder with files.
struct Tree(tempfile::TempDir);

impl Tree {
    fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a temporary directory"));
        for (inside, text) in files {
            let path = tree.0.path().join(inside);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
        tree
    }

    fn projects(&self) -> Vec<Project> {
        discover(self.0.path()).expect("it is readable")
    }

    fn build(&self) -> Result<Built, BuildError> {
        let [project] = &self.projects()[..] else {
            panic!("one project");
        };
        let job = Job {
            cancel: &Cancel::new(),
            notes: &Notes::silent(),
        };
        build(project, Profile::Release, None, job)
    }
}

#[test]
fn each_language_is_known_by_its_files() {
    let npm = |name: &str| format!(r#"{{"name":"{name}","scripts":{{"build":"liveside-build"}}}}"#);
    let tree = Tree::of(&[
        ("a/package.json", &npm("@shop/js-counter")),
        ("a/src/index.js", ""),
        ("b/package.json", &npm("ts-counter")),
        ("b/src/index.ts", ""),
        ("c/pyproject.toml", "[project]\nname = \"py-counter\"\n"),
        ("c/component.py", ""),
        ("d/pyproject.toml", "[tool.liveside]\nfixture = true\n"),
        (
            "e/Makefile",
            "NAME := c-counter\ninclude ../sdk/liveside.mk\n",
        ),
        (
            "f/Makefile",
            "NAME := zig-counter\ninclude ../sdk/zig/liveside.mk\n",
        ),
        (
            "g/Makefile",
            "NAME := cpp-counter\ninclude ../sdk/liveside.mk\n",
        ),
        ("g/src/counter.cpp", ""),
        // None of ours.
        (
            "h/package.json",
            r#"{"name":"page","scripts":{"build":"vite build"}}"#,
        ),
        ("i/Makefile", "all:\n\tcc x.c\n"),
        ("j/pyproject.toml", "[project]\nname = \"tool\"\n"),
        ("a/node_modules/k/package.json", &npm("k")),
    ]);
    let found = tree.projects();
    let found: Vec<_> = found
        .iter()
        .map(|project| (project.name.as_str(), project.language, project.fixture))
        .collect();
    let expected = [
        ("c-counter", Language::C, false),
        ("cpp-counter", Language::Cpp, false),
        ("d", Language::Python, true),
        ("js-counter", Language::JavaScript, false),
        ("py-counter", Language::Python, false),
        ("ts-counter", Language::TypeScript, false),
        ("zig-counter", Language::Zig, false),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_neighbours_sources_are_the_projects_too() {
    let tree = Tree::of(&[
        ("one/src/index.ts", ""),
        (
            "two/package.json",
            r#"{"name":"two","scripts":{"build":"liveside-build ../one --out dist/two.wasm"}}"#,
        ),
    ]);
    let [two] = &tree.projects()[..] else {
        panic!("one project");
    };
    let root = tree.0.path().canonicalize().expect("it is there");
    assert_eq!(two.language, Language::TypeScript);
    assert!(two.is_affected_by(&root.join("one/src/index.ts")));
    assert!(two.is_affected_by(&root.join("two/package.json")));
    assert!(!two.is_affected_by(&root.join("two/dist/two.wasm")));
}

#[test]
fn a_neighbours_first_file_is_the_projects_too() {
    let tree = Tree::of(&[
        ("one/src/second.zig", ""),
        (
            "two/Makefile",
            "NAME := two\nROOT := ../one/src/second.zig\ninclude ../sdk/zig/liveside.mk\n",
        ),
    ]);
    let [two] = &tree.projects()[..] else {
        panic!("one project");
    };
    let root = tree.0.path().canonicalize().expect("it is there");
    assert!(two.is_affected_by(&root.join("one/src/probe.zig")));
}

#[test]
fn a_module_that_make_leaves_is_found() {
    let makefile = "NAME := it\ndist/it.wasm:\n\tmkdir -p dist && echo module > $@\n-include liveside.mk\ninclude ./liveside.mk\n";
    let tree = Tree::of(&[("Makefile", makefile), ("liveside.mk", "")]);
    let built = tree.build().expect("it is built");
    assert_eq!(text(&built.module), "module\n");
}

#[test]
fn what_is_newer_than_its_sources_is_not_built_again() {
    let tree = Tree::of(&[("src/a/index.js", ""), ("dist/it.wasm", "")]);
    let (sources, module) = (tree.0.path().to_owned(), tree.0.path().join("dist/it.wasm"));
    let is_fresh = || is_fresh(&module, std::iter::once(&sources));
    let later = SystemTime::now() + std::time::Duration::from_secs(5);
    let file = |path: &Path| fs::File::options().write(true).open(path).expect("a file");
    file(&module).set_modified(later).expect("a time");
    assert!(is_fresh());
    let source = tree.0.path().join("src/a/index.js");
    file(&source).set_modified(later).expect("a time");
    assert!(!is_fresh());
    fs::remove_file(&module).expect("it was there");
    assert!(!is_fresh());
}

#[test]
fn what_the_compiler_says_is_told() {
    let makefile =
        "NAME := it\nall:\n\t@echo 'it.c:3: no such thing'; exit 1\ninclude liveside.mk\n";
    let tree = Tree::of(&[("Makefile", makefile), ("liveside.mk", "")]);
    let error = tree.build().err().expect("it fails");
    assert!(
        matches!(&error, BuildError::Compile { rendered, .. } if rendered.contains("it.c:3: no such thing")),
        "{error}"
    );
}

#[test]
fn packages_that_are_not_installed_are_named_with_the_command() {
    let tree = Tree::of(&[(
        "package.json",
        r#"{"name":"x","scripts":{"build":"liveside-build"}}"#,
    )]);
    let error = tree.build().err().expect("it fails").to_string();
    assert!(error.contains("npm install"), "{error}");
}

/// What a project with these scripts is built with, and the file of the module.
fn npm_of(scripts: &str, profile: Profile) -> (String, String) {
    let manifest = format!(r#"{{"name":"it","scripts":{{{scripts}}}}}"#);
    let tree = Tree::of(&[
        ("package.json", &manifest),
        ("node_modules/@liveside/component/package.json", "{}"),
    ]);
    let [project] = &tree.projects()[..] else {
        panic!("one project");
    };
    let recipe = Recipe::of(project, profile, None).expect("its packages are there");
    let words = std::iter::once(recipe.command.get_program()).chain(recipe.command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let root = tree.0.path().canonicalize().expect("it is there");
    let root = format!("{}/", root.display());
    let module = recipe.module.file_name().expect("a file");
    (
        words.join(" ").replace(&root, ""),
        module.to_string_lossy().into_owned(),
    )
}

#[test]
fn javascript_is_built_quickly_while_it_is_worked_on() {
    const NPM: &str = "npm run --silent build";
    const CLI: &str = "node node_modules/@liveside/component/build/cli.js";
    let dev = |scripts: &str| npm_of(scripts, Profile::Dev);
    let quick = |command: &str| {
        (
            format!("{command} --quick --out dist/it.quick.wasm"),
            "it.quick.wasm".to_owned(),
        )
    };
    let ordinary = (NPM.to_owned(), "it.wasm".to_owned());
    assert_eq!(dev(r#""build":"liveside-build""#), quick(CLI));
    assert_eq!(
        dev(r#""build":"liveside-build ../x --define A=1""#),
        quick(&format!("{CLI} ../x --define A=1"))
    );
    // What is more than that call is npm's.
    for scripts in [
        r#""build":"tsc --noEmit && npx liveside-build""#,
        r#""build":"liveside-build --define 'A=\"b\"'""#,
        r#""build":"liveside-build","prebuild":"tsc""#,
    ] {
        assert_eq!(dev(scripts), quick(&format!("{NPM} --")), "{scripts}");
    }
    // What npm appends would go to another command.
    assert_eq!(dev(r#""build":"liveside-build && node sign.js""#), ordinary);
    assert_eq!(
        npm_of(r#""build":"liveside-build""#, Profile::Release),
        ordinary
    );
}
