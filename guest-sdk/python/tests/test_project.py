"""Projects and modules as files."""

import json
import sys
from pathlib import Path

import pytest

from liveside import slot
from liveside.binary import memory_bytes, strip
from liveside.build import _reason, wit
from liveside.project import BuildError, read_project
from liveside.quick import _imports, _sources


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
        ("[tool.liveside]\nmodul = 1\n", "knows `module`, `path` and `fixture`, not modul"),
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


def test_a_quick_build_takes_the_sources_of_the_project_and_names_its_imports(tmp_path: Path) -> None:
    (tmp_path / "component.py").write_text("import json, own\nfrom email import message\nfrom own.part import x\n")
    (tmp_path / "test_component.py").write_text("import pytest\n")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "__init__.py").touch()
    (tmp_path / "own" / "part.py").write_text("x = 1\n")
    sources = _sources(read_project(tmp_path))
    assert sources["own.part"] == (False, "own/part.py", "x = 1\n")
    assert sources["own"][0] is True
    assert sorted(sources) == ["component", "own", "own.part"]
    assert _imports(sources) == ["email", "email.message", "json"]


def test_sources_are_imported_from_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(slot, "_place", bytearray())
    assert not slot.import_sources()
    slot.reserve()
    assert slot._place.startswith(slot.MARK) and len(slot._place) == slot.SIZE
    assert not slot.import_sources()
    sources = {"placed": (True, "placed/__init__.py", "from . import part"), "placed.part": (False, "p.py", "x = 5")}
    content = json.dumps({"module": "placed", "sources": sources}).encode()
    slot._place[slot.HEADER - 4 : slot.HEADER + len(content)] = len(content).to_bytes(4, "little") + content
    assert slot.import_sources()
    assert sys.modules["placed.part"].x == 5
    for name in sources:
        del sys.modules[name]


def test_the_memory_of_an_instance_is_found() -> None:
    core = b"\0asm\1\0\0\0" + bytes([5, 4, 1, 0, 0x80 | 3, 1])
    assert memory_bytes(b"\0asm\x0d\0\1\0" + bytes([1, len(core)]) + core) == (3 + 128) * 65_536


def test_a_mistake_is_told_as_the_author_knows_it(tmp_path: Path) -> None:
    own = 'Traceback (most recent call last):\n  File "/0/component.py", line 6, in <module>\nValueError: x'
    said = f"Traceback (most recent call last):\n  of the tool\nAssertionError: {own}\n\n\nCaused by:\n    x\n"
    told = f'Traceback (most recent call last):\n  File "{tmp_path}/component.py", line 6, in <module>\nValueError: x'
    assert _reason(said, (tmp_path,)) == told
