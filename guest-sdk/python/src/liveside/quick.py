"""A build for trying things out: the interpreter, the SDK and the libraries are built once and kept, and an edit only
puts the author's sources into that module.

It takes a fraction of a second instead of many. An instance pays for it: it imports the sources before its first event.
What is kept is made anew when the sources import something else, or when what is installed changes.
"""

import ast
import hashlib
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

from .build import componentize, libraries, put, wit
from .project import BuildError, Project
from .slot import FILLER, HEADER, MARK, SIZE

_BASE = """\
import liveside.exports
import liveside.slot
for name in {imports}:
    try:
        __import__(name)
    except ImportError:
        pass
liveside.slot.reserve()
liveside.exports.settle(0)
from liveside.exports import Component
"""

# With the Python at hand: what is wrong with a class is told now, and not by the daemon.
_CHECK = "import sys; sys.path[:0] = sys.argv[2:]; __import__(sys.argv[1]); import liveside.plan as p; p.plan_all()"


def build_quick(project: Project, output: Path | None = None) -> Path:
    """Builds a project for trying it out, and gives the place of the module.

    Raises `BuildError`.
    """
    output = output or project.output
    sources = _sources(project)
    _check(project)
    base = _base(_imports(sources))
    content = json.dumps({"module": project.module, "sources": sources}).encode()
    if len(content) > SIZE - HEADER:
        raise BuildError(f"{project.name} has more source than a quick build takes: build it without --quick")
    module = bytearray(base.read_bytes())
    place = module.find(MARK)
    if place < 0 or module[place + HEADER : place + SIZE].strip(bytes([FILLER])):
        base.unlink()
        raise BuildError("the module that quick builds begin with is damaged, and has been removed: build again")
    module[place + HEADER - 4 : place + HEADER + len(content)] = len(content).to_bytes(4, "little") + content
    put(bytes(module), output)
    return output


def _sources(project: Project) -> dict[str, tuple[bool, str, str]]:
    """Every module of the project: whether it is a package, its path, its source."""
    sources: dict[str, tuple[bool, str, str]] = {}
    for place in project.path:
        for file in sorted(place.rglob("*.py")):
            parts = file.relative_to(place).with_suffix("").parts
            if not all(part.isidentifier() for part in parts) or parts[-1].startswith("test_"):
                continue
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            sources.setdefault(name, (is_package, str(file.relative_to(place)), file.read_text()))
    return sources


def _imports(sources: dict[str, tuple[bool, str, str]]) -> list[str]:
    """What the sources import from elsewhere: it has to be in the module."""
    names: set[str] = set()
    for _, path, source in sources.values():
        try:
            tree = ast.parse(source, path)
        except SyntaxError:
            # Of a newer Python, or no part of the program: what is wrong shows when it is imported.
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return sorted(name for name in names if name.split(".")[0] not in sources)


def _check(project: Project) -> None:
    places = [str(place) for place in (*project.path, *libraries())]
    command = [sys.executable, "-c", _CHECK, project.module, *places]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise BuildError(f"{project.name} cannot be built:\n{run.stderr.strip()}")


def _base(imports: list[str]) -> Path:
    """The module without the author's sources, from the cache if it is there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "liveside"
    base = cache / f"python-{_fingerprint(imports)}.wasm"
    if not base.exists():
        put(componentize("the base of quick builds", _BASE.format(imports=imports), ()), base)
    return base


def _fingerprint(imports: list[str]) -> str:
    """Stands for all that the base is made of."""
    parts = [json.dumps(imports)]
    parts += sorted(f"{one.name} {one.version}" for one in importlib.metadata.distributions())
    for place in (Path(__file__).parent, wit()):
        files = sorted(file for file in place.rglob("*") if file.suffix in (".py", ".wit"))
        parts += [f"{file.relative_to(place)}\n{file.read_text()}" for file in files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
