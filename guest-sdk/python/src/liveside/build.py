"""From a project to a module: `componentize-py` runs the author's code once, and takes a picture of the memory after.

So everything that a module does when it is imported, it does at the build, and an instance starts with it done. It also
means that a module which is first imported later, in a function, is not there: the files stay behind.
"""

import importlib.util
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from .binary import strip
from .project import BuildError, Project

WORLD = "live-component"

_ENTRY = "liveside_entry"
_ENTRY_SOURCE = """\
import liveside.exports
import {module}
liveside.exports.prepare()
liveside.exports.settle({places})
from liveside.exports import Component
"""

# `componentize-py` has no `python -m`; this runs it with the very Python that runs the build.
_COMPONENTIZE = "import sys, componentize_py; sys.argv[0] = 'componentize-py'; componentize_py.script()"


def build(project: Project, output: Path | None = None) -> Path:
    """Builds a project, and gives the place of the module.

    Raises `BuildError`.
    """
    output = output or project.output
    source = _ENTRY_SOURCE.format(module=project.module, places=len(project.path))
    put(componentize(project.name, source, project.path), output)
    return output


def componentize(name: str, source: str, path: tuple[Path, ...]) -> bytes:
    """The module that this source, which is run at the build, leads to. `path` is where the author's modules are.

    Raises `BuildError`.
    """
    if importlib.util.find_spec("componentize_py") is None:
        raise BuildError("componentize-py is not installed: pip install 'liveside[build]'")
    command = [sys.executable, "-c", _COMPONENTIZE, "-q", "-d", str(wit()), "-w", WORLD, "componentize", _ENTRY]
    with tempfile.TemporaryDirectory(prefix="liveside-") as scratch:
        (Path(scratch) / f"{_ENTRY}.py").write_text(source)
        made = Path(scratch) / "module.wasm"
        # The author's directories first: their modules are then known by the beginning of their paths.
        for place in (*path, *libraries(), scratch):
            command += ["-p", str(place)]
        command += ["-o", str(made)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise BuildError(f"{name} cannot be built:\n{_reason(run.stderr + run.stdout, path)}")
        return strip(made.read_bytes())


def put(module: bytes, output: Path) -> None:
    """Puts a module in its place in one step: the daemon may be watching."""
    output.parent.mkdir(parents=True, exist_ok=True)
    partial = output.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(module)
    partial.replace(output)


def libraries() -> list[Path]:
    """Where the SDK is, and what is installed beside it."""
    own = Path(__file__).resolve().parent.parent
    installed = Path(sysconfig.get_path("purelib"))
    return [own] if own == installed else [own, installed]


def _reason(output: str, path: tuple[Path, ...]) -> str:
    """The author's traceback, without what the tool says around it, and with the paths that the author knows."""
    text = output.split("AssertionError: ", 1)[-1].split("\nCaused by:", 1)[0]
    for at, place in enumerate(path):
        text = text.replace(f'File "/{at}/', f'File "{place}/')
    return text.strip()


def wit() -> Path:
    """The interface: inside the package, or in the repository that it is part of."""
    own = Path(__file__).resolve()
    for place in (own.parent / "wit", own.parents[4] / "wit"):
        if (place / "component.wit").exists():
            return place
    raise BuildError("the interface (wit/) is not in the package: install it again by `pip install liveside`")
