"""Puts the interface, which is the repository's, into the package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class InterfaceHook(BuildHookInterface[Any]):
    """From the repository, or from a source package that has a copy."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        here = Path(self.root)
        wit = next(place for place in (here / "wit", here.parents[1] / "wit") if place.is_dir())
        inside = "wit" if self.target_name == "sdist" else "liveside/wit"
        build_data["force_include"][str(wit)] = inside
