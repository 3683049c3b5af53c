"""What tests need that may be missing: they are skipped with a message, and where CI=true they fail."""

from __future__ import annotations

import importlib.util
import os

import pytest


def needs(module: str) -> None:
    """To be called at the top of a file of tests that make no sense without ``module``."""
    if importlib.util.find_spec(module) is not None:
        return
    reason = f"{module} is not installed: make installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason, allow_module_level=True)
