"""Projects and modules as files."""

from pathlib import Path

import pytest

from liveside.build import wit
from liveside.project import BuildError, read_project
from liveside.strip import strip


def test_a_project_is_a_directory_with_a_component(tmp_path: Path) -> None:
    (tmp_path / "component.py").touch()
    project = read_project(tmp_path)
    assert (project.name, project.module) == (tmp_path.name, "component")
    assert project.output == tmp_path.resolve() / "dist" / f"{tmp_path.name}.wasm"


def test_a_project_can_say_more(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "logic.py").touch()
    settings = '[project]\nname = "x"\n[tool.liveside]\nmodule = "logic"\npath = ["../shared"]\n'
    (tmp_path / "app" / "pyproject.toml").write_text(settings)
    project = read_project(tmp_path / "app")
    assert project.output.name == "x.wasm"
    assert project.path == ((tmp_path / "app").resolve(), (tmp_path / "shared").resolve())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("", "has no component.py: write one"),
        ("[tool.liveside]\nmodul = 1\n", "knows `module` and `path`, not modul"),
        ('[tool.liveside]\npath = ["nowhere"]\n', "`path` names"),
        ("[", "cannot be read"),
    ],
)
def test_a_project_that_is_none_is_told_why(tmp_path: Path, settings: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(settings)
    with pytest.raises(BuildError, match=message):
        read_project(tmp_path)


def test_the_interface_is_found() -> None:
    assert (wit() / "component.wit").exists()


def test_names_are_stripped_at_every_depth() -> None:
    def section(kind: int, body: bytes) -> bytes:
        return bytes([kind, len(body)]) + body

    core = b"\0asm\1\0\0\0"
    name = section(0, b"\4name" + b"x" * 20)
    other = section(0, b"\5other")
    component = b"\0asm\x0d\0\1\0"
    module = component + section(1, core + other + name) + section(4, component + name) + other
    assert strip(module) == component + section(1, core + other) + section(4, component) + other
