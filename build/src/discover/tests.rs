use super::*;

/// A folder with files, and a package `liveside-guest` that stands for the SDK.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().expect("a temporary directory"));
        tree.package(
            "sdk",
            "[package]\nname = \"liveside-guest\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        tree
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0
            .path()
            .canonicalize()
            .expect("it is there")
            .join(inside)
    }

    fn file(&self, inside: &str, text: &str) {
        let path = self.path(inside);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn package(&self, dir: &str, manifest: &str) {
        self.file(&format!("{dir}/Cargo.toml"), manifest);
        self.file(&format!("{dir}/src/lib.rs"), "");
    }

    fn guest(&self, dir: &str, name: &str, more: &str) {
        let depth = "../".repeat(dir.split('/').count());
        self.package(
            dir,
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
                 [dependencies]\nliveside-guest = {{ path = \"{depth}sdk\" }}\n{more}"
            ),
        );
    }

    fn names(&self, dir: &str) -> Vec<String> {
        let found = discover(&self.path(dir)).expect("it is readable");
        found.into_iter().map(|project| project.name).collect()
    }
}

#[test]
fn a_workspace_gives_its_guests_and_nothing_else() {
    let tree = Tree::new();
    tree.file(
        "w/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"demo\", \"target\"]\n",
    );
    tree.guest("w/vault", "vault", "");
    tree.guest("w/counter", "counter", "");
    tree.guest(
        "w/faulty",
        "faulty",
        "[package.metadata.liveside]\nfixture = true\n",
    );
    tree.package(
        "w/plain",
        "[package]\nname = \"plain\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    tree.file("w/demo/index.html", "<p>");
    tree.guest("w/target/left-over", "left-over", "");

    let found = discover(&tree.path("w")).expect("it is readable");
    let names: Vec<_> = found
        .iter()
        .map(|project| (project.name.as_str(), project.fixture))
        .collect();
    assert_eq!(
        names,
        [("counter", false), ("faulty", true), ("vault", false)]
    );
    assert_eq!(found[0].dir, tree.path("w/counter"));
    assert_eq!(found[0].workspace_root, tree.path("w"));
    assert_eq!(
        found[0].source_dirs,
        [tree.path("sdk"), tree.path("w/counter")]
    );
}

#[test]
fn one_member_of_a_workspace_can_be_asked_for() {
    let tree = Tree::new();
    tree.file(
        "w/Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\n",
    );
    tree.guest("w/counter", "counter", "");
    tree.guest("w/vault", "vault", "");
    assert_eq!(tree.names("w/vault"), ["vault"]);
}

#[test]
fn a_folder_of_projects_without_a_workspace_gives_them_all() {
    let tree = Tree::new();
    tree.guest("all/one", "one", "");
    tree.guest("all/two", "two", "");
    let found = discover(&tree.path("all")).expect("it is readable");
    let roots: Vec<_> = found
        .iter()
        .map(|project| project.workspace_root.clone())
        .collect();
    assert_eq!(roots, [tree.path("all/one"), tree.path("all/two")]);
}

#[test]
fn a_guest_without_the_sdk_says_that_it_is_one() {
    let tree = Tree::new();
    let cdylib = |name: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n"
        )
    };
    tree.package("all/plugin", &cdylib("plugin"));
    tree.package(
        "all/raw",
        &format!("{}[package.metadata.liveside]\n", cdylib("raw")),
    );
    assert_eq!(tree.names("all"), ["raw"]);
}

#[test]
fn an_authenticator_is_known_by_the_feature_that_it_asks_for() {
    let tree = Tree::new();
    tree.package(
        "sdk",
        "[package]\nname = \"liveside-guest\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\nauthenticator = []\n",
    );
    tree.guest("all/counter", "counter", "");
    tree.package(
        "all/door",
        "[package]\nname = \"door\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
         [dependencies]\nliveside-guest = { path = \"../../sdk\", features = [\"authenticator\"] }\n",
    );
    let found = discover(&tree.path("all")).expect("it is readable");
    let found: Vec<_> = found
        .iter()
        .map(|project| (&*project.name, project.authenticator))
        .collect();
    assert_eq!(found, [("counter", false), ("door", true)]);
}

#[test]
fn sources_of_shared_packages_are_watched() {
    let tree = Tree::new();
    tree.package("shared", "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\ndeep = { path = \"../deep\" }\n");
    tree.package(
        "deep",
        "[package]\nname = \"deep\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    tree.guest("counter", "counter", "shared = { path = \"../shared\" }\n");
    let found = discover(&tree.path("counter")).expect("it is readable");
    let expected = ["counter", "deep", "sdk", "shared"].map(|dir| tree.path(dir));
    assert_eq!(found[0].source_dirs, expected);
}

#[test]
fn two_projects_of_one_name_are_refused() {
    let tree = Tree::new();
    tree.guest("all/one", "counter", "");
    tree.guest("all/two", "counter", "");
    let error = discover(&tree.path("all")).expect_err("they would be one file");
    assert!(error.to_string().contains("Rename one"), "{error}");
}

#[test]
fn an_empty_folder_gives_nothing_and_a_missing_one_an_error() {
    let tree = Tree::new();
    tree.file("empty/README.md", "");
    assert_eq!(tree.names("empty"), [""; 0]);
    let error = discover(&tree.path("nowhere")).expect_err("it is not there");
    assert!(matches!(error, DiscoverError::Unreadable { .. }), "{error}");
}

#[test]
fn a_broken_manifest_is_told_in_cargos_words() {
    let tree = Tree::new();
    tree.file("bad/Cargo.toml", "[package]\nname = ");
    let error = discover(&tree.path("bad")).expect_err("it is no TOML");
    assert!(
        matches!(&error, DiscoverError::Manifest { path, .. } if *path == tree.path("bad/Cargo.toml")),
        "{error}"
    );
    assert!(error.to_string().contains("Cargo.toml:2"), "{error}");
}
