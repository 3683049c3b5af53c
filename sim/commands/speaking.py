"""The option ``--lang`` of commands that print for people, or write pages and figures."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from sim.language import LANGUAGES, language, speaking


def _known(code: str | None) -> str | None:
    """The code of a language that there is."""
    if code is not None and code not in LANGUAGES:
        raise typer.BadParameter(f'"{code}" is not allowed, allowed: {", ".join(LANGUAGES)}')
    return code


Lang = Annotated[
    str | None,
    typer.Option(
        "--lang", metavar="|".join(LANGUAGES), callback=_known,
        help="Language of tables, figures and pages; data and JSON stay English. Default: en.",
    ),
]  # fmt: skip


def with_language(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option ``--lang``: it speaks that language, or that of the whole program."""

    @wraps(command)
    def spoken(*args: Any, lang: str | None = None, **kwargs: Any) -> None:
        with speaking(lang or language()):
            command(*args, **kwargs)

    signature = inspect.signature(command, eval_str=True)
    own = inspect.Parameter("lang", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Lang)
    parameters = [*signature.parameters.values(), own]
    spoken.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    spoken.__annotations__ = {it.name: it.annotation for it in parameters}
    return spoken
