//! `build`: from sources to modules, in whatever language, each checked as the daemon would.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;
use liveside_build::{Builder, Cancel, Note, Notes, Profile, Project, discover};

/// `liveside build`
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The project, or a folder of projects
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// Where the modules go
    #[arg(long, value_name = "DIR", default_value = "target/components")]
    pub out: PathBuf,
    /// As `liveside dev` builds: quickly, for the next minute
    #[arg(long)]
    pub dev: bool,
}

/// Builds all projects, and checks what came of it.
pub(super) fn build(args: &BuildArgs) -> anyhow::Result<()> {
    let projects: Vec<Project> = discover(&args.dir)
        .with_context(|| format!("the guests in {} cannot be found", args.dir.display()))?;
    if projects.is_empty() {
        bail!("{}", nothing_found(&args.dir));
    }
    let notes = Notes::new(|note| match note {
        Note::Step(line) => eprintln!("{line}"),
        Note::Detail(line) => tracing::debug!("{line}"),
    });
    let profile = if args.dev {
        Profile::Dev
    } else {
        Profile::Release
    };
    let builder = Builder::new(notes);
    let results = builder.build_all(&projects, profile, &args.out, &Cancel::new());
    let mut failed = 0;
    for (project, result) in projects.iter().zip(results) {
        let checked = match result {
            Ok(artifact) if project.authenticator => Ok((artifact, "an authenticator".to_owned())),
            Ok(artifact) => super::inspect::load(&artifact.path).map(|module| {
                let names: Vec<&str> = module.definitions().iter().map(|d| &*d.name).collect();
                (artifact, names.join(", "))
            }),
            Err(error) => Err(error.into()),
        };
        match checked {
            Ok((artifact, holds)) => println!(
                "{:<20} {:>8.1} KiB  {:>6.1} s  {}: {holds}",
                artifact.name,
                artifact.bytes as f64 / 1024.0,
                artifact.took.as_secs_f64(),
                artifact.path.display(),
            ),
            Err(error) => {
                failed += 1;
                eprintln!("{error:#}");
            }
        }
    }
    if failed > 0 {
        bail!(
            "{failed} of {} not built: what is wrong is above",
            projects.len()
        );
    }
    Ok(())
}

/// What to do where there is no project.
pub(crate) fn nothing_found(dir: &std::path::Path) -> String {
    format!(
        "no guest is found below {}: a guest is a crate with `crate-type = [\"cdylib\"]` that depends on liveside-guest, an \
         npm package whose script `build` is liveside-build, a pyproject.toml with [tool.liveside], or a Makefile that \
         includes liveside.mk. `liveside new NAME --lang js` makes one",
        dir.display()
    )
}
