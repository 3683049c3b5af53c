"""What was found in the folder of a result or study."""

from __future__ import annotations

from sim.runs.verify import Verified


def verified_text(found: Verified) -> str:
    """How many files are as they were written, on a line."""
    said = f"{found.path}: {len(found.files)} files, {len(found.wrong)} wrong"
    return said if found.repeated is None else f"{said}, repeated bit for bit: {', '.join(found.repeated) or 'none'}"


def faults_text(found: Verified) -> str:
    """A line for each file that is wrong or of which no digest is kept."""
    lines = [f"{found.path / it.file}: {it.why}" for it in found.wrong]
    return "\n".join([*lines, *(f"{found.path / file}: no digest of it is kept" for file in found.unknown)])
