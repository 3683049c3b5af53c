"""The words of a page's script: the texts that it holds as arguments of ``t``, in the reader's language."""

from __future__ import annotations

import json
import re

from sim.language import is_chinese, tr

_CALL = re.compile(r'\bt\(("(?:[^"\\]|\\.)*")')


def script_words(script: str) -> list[str]:
    """The texts that a script hands to ``t``, each once, in their order."""
    return list(dict.fromkeys(str(json.loads(text)) for text in _CALL.findall(script)))


def translated(script: str) -> dict[str, str]:
    """What the page hands its script: each text with its translation; nothing in English."""
    return {text: tr(text) for text in script_words(script)} if is_chinese() else {}
