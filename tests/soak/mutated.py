"""Imported first, it puts a mutant in a module's place: ``SIM_MUTANT`` is MODULE=FILE."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Finder(MetaPathFinder):
    def __init__(self, name: str, file: str) -> None:
        self._name, self._file = name, file

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        del path, target
        return importlib.util.spec_from_file_location(name, self._file) if name == self._name else None


if _asked := os.environ.get("SIM_MUTANT"):
    sys.meta_path.insert(0, _Finder(*_asked.split("=")))
