"""A component's project: a directory with a `component.py`, and a `pyproject.toml` that may say more.

`[project] name` names the module. `[tool.liveside] module` is where the components are, `path` a list of further
directories with modules. `fixture` is for those who find projects: it says that this one is for tests only.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path


class BuildError(Exception):
    """Why a project cannot be built, with what to do about it."""


@dataclass(frozen=True, slots=True)
class Project:
    """One project."""

    directory: Path
    name: str
    """What the module is called: `dist/NAME.wasm`."""
    module: str
    path: tuple[Path, ...]
    """Where modules are looked for, the project's own directory first."""

    @property
    def output(self) -> Path:
        """Where the module is put."""
        return self.directory / "dist" / f"{self.name}.wasm"


def read_project(directory: Path) -> Project:
    """The project in a directory.

    Raises `BuildError`.
    """
    directory = directory.resolve()
    if not directory.is_dir():
        raise BuildError(f"{directory} is not a directory: name the directory of a project")
    settings = {}
    file = directory / "pyproject.toml"
    if file.exists():
        try:
            settings = tomllib.loads(file.read_text())
        except tomllib.TOMLDecodeError as error:
            raise BuildError(f"{file} cannot be read: {error}") from None
    own = settings.get("tool", {}).get("liveside", {})
    unknown = set(own) - {"module", "path", "fixture"}
    if unknown:
        raise BuildError(f"{file}: [tool.liveside] knows `module`, `path` and `fixture`, not {', '.join(sorted(unknown))}")
    project = Project(
        directory=directory,
        name=settings.get("project", {}).get("name", directory.name),
        module=own.get("module", "component"),
        path=(directory, *((directory / other).resolve() for other in own.get("path", []))),
    )
    for other in project.path:
        if not other.is_dir():
            raise BuildError(f"{file}: `path` names {other}, which is not there")
    places = [place / project.module for place in project.path]
    if not any(place.with_suffix(".py").exists() or place.is_dir() for place in places):
        raise BuildError(
            f"{directory} has no {project.module}.py: write one, or name another by `module` in [tool.liveside] of "
            "its pyproject.toml"
        )
    return project
