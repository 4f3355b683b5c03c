"""The command line: `python -m liveside build`."""

import argparse
import sys
import time
from pathlib import Path

from .binary import memory_bytes
from .build import build
from .project import BuildError, read_project
from .quick import build_quick

MOST_MEMORY_MIB = 48
"""What an instance may begin with, so that it has room to work in what the daemon gives it."""


def main() -> int:
    """Runs one command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="liveside-py", description="Builds Liveside components written in Python.")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("build", help="build the component in a directory")
    command.add_argument("directory", nargs="?", default=".", type=Path)
    command.add_argument("--out", type=Path, help="where to put the module (dist/NAME.wasm in the directory)")
    command.add_argument("--quick", action="store_true", help="for trying out: fast after the first time")
    arguments = parser.parse_args()
    began = time.monotonic()
    try:
        make = build_quick if arguments.quick else build
        made = make(read_project(arguments.directory), arguments.out)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    module = made.read_bytes()
    print(f"{made} ({len(module) / 1e6:.1f} MB, {time.monotonic() - began:.1f} s)")
    memory = memory_bytes(module) / (1 << 20)
    if memory > MOST_MEMORY_MIB:
        print(
            f"An instance begins with {memory:.0f} MiB of memory. The daemon gives one "
            "`limits.memory-bytes`, 64 MiB by default: raise it, or import less.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
