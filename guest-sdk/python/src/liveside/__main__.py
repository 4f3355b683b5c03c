"""The command line: `python -m liveside build`."""

import argparse
import sys
import time
from pathlib import Path

from .build import build
from .project import BuildError, read_project
from .quick import build_quick


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
    size = made.stat().st_size / 1e6
    print(f"{made} ({size:.1f} MB, {time.monotonic() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
