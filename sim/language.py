"""The language of what a reader reads: English, or Chinese from the catalogues in ``sim/locale``.

The language is of the moment (``speaking``), so that several visitors of one page may have different ones. It never
comes from the environment, and nothing that is stored as data depends on it. A sentence stands in the code in English
and whole, with places for what varies; a declaration's text is looked up with its key as context. What a catalogue
lacks is said in English. ``docs/languages.py`` writes the templates and compiles the catalogues.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

ENGLISH, CHINESE = "en", "zh"
LANGUAGES = {ENGLISH: "English", CHINESE: "中文"}  # each by its own name
DOMAINS = ("sim", "figures", "declarations")
LOCALE = Path(__file__).resolve().parent / "locale"
_TAGS = {ENGLISH: "en", CHINESE: "zh-Hans"}
_TEN_THOUSAND, _HUNDRED_MILLION = 1e4, 1e8
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

_spoken: ContextVar[str] = ContextVar("language", default=ENGLISH)


def language() -> str:
    """The language of the moment."""
    return _spoken.get()


def is_chinese() -> bool:
    """Whether the language of the moment is Chinese."""
    return _spoken.get() == CHINESE


def html_tag() -> str:
    """The language of the moment as the attribute ``lang`` of a page."""
    return _TAGS[_spoken.get()]


def speak(code: str) -> None:
    """Take a language from here on; ValueError for one that there is none of."""
    if code not in LANGUAGES:
        raise ValueError(f'"{code}" is no language, allowed: {" or ".join(LANGUAGES)}')
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Use a language within a ``with`` statement: of texts, tables, pages and figures, but not of data.

    Parameters
    ----------
    code
        ``"en"`` or ``"zh"``.

    Returns
    -------
    context manager
        The language before it is in use again after the block.

    Raises
    ------
    ValueError
        Where there is no such language.

    Examples
    --------
    >>> from sim.language import language, speaking
    >>> with speaking("zh"):
    ...     language()
    'zh'
    >>> language()
    'en'
    """
    before = _spoken.get()
    speak(code)
    try:
        yield
    finally:
        _spoken.set(before)


class Sentence(str):  # noqa: SLOT000  a subclass of str has no slots of its own
    """A text in English, as it is stored, that ``tr`` can say in another language; ``later`` makes it."""

    text: str
    places: dict[str, object]


def later(text: str, /, **places: object) -> Sentence:
    """A sentence that is data, in English, and is said in the reader's language by ``tr`` where it is shown."""
    made = Sentence(text.format(**places) if places else text)
    made.text, made.places = text, places
    return made


def tr(text: str, /, **places: object) -> str:
    """A whole sentence in the language of the moment, with its places filled: ``tr("{count} left", count=3)``."""
    if isinstance(text, Sentence):
        places = text.places | places
        text = text.text
    found = text if _spoken.get() == ENGLISH or not text else _sentences(_spoken.get()).gettext(text)
    if not places:
        return found
    return found.format(**{name: tr(it) if isinstance(it, Sentence) else it for name, it in places.items()})


def recalled(said: str, among: Iterable[str]) -> str:
    """A stored sentence as ``later`` made it, where one of the texts ``among`` did; what it holds is looked up too."""
    texts = tuple(map(str, among))
    for text in texts:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(text))
        if found := re.fullmatch(pattern, said):
            return later(text, **{name: recalled(it, texts) for name, it in found.groupdict().items()})
    return said


def in_english(function: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """A function whose answer is data: it is made in English, whatever the reader's language."""

    @wraps(function)
    def made(*args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        with speaking(ENGLISH):
            return function(*args, **kwargs)

    return made


def trn(one: str, many: str, count: int, /, **places: object) -> str:
    """A sentence about a count, which is its place ``{count}``, in the form that the count needs."""
    if _spoken.get() == ENGLISH:
        found = one if count == 1 else many
    else:
        found = _sentences(_spoken.get()).ngettext(one, many, count)
    return found.format(**{"count": count, **places})


def trc(context: str, text: str, /, **places: object) -> str:
    """A text that is said differently in another context, such as ``trc("column", "from")``."""
    found = text if _spoken.get() == ENGLISH else _sentences(_spoken.get()).pgettext(context, text)
    return found.format(**places) if places else found


def meaning(key: str, text: str) -> str:
    """What a declaration says, in the language of the moment; ``key`` is its context in the catalogue.

    The key of a parameter, ``sites.NAME.rent`` for every site; the name of an outcome; ``unit``; ``scenario NAME``,
    ``claims NAME``, ``fact NAME``; ``column NAME``. Texts of a user's own files are said as they are.
    """
    if _spoken.get() == ENGLISH or not text:
        return text
    return _declarations(_spoken.get()).pgettext(declared_key(key), text)


def declared_key(key: str) -> str:
    """The key under which a parameter is declared: that of a named platform or site is of all of them."""
    return re.sub(r"^(platforms|sites)\.[^.]+\.", r"\1.NAME.", key)


def file_name(stem: str) -> str:
    """The stem of a translated figure or page: that of another language than English has the language in its name."""
    return stem if _spoken.get() == ENGLISH else f"{stem}-{_spoken.get()}"


def listed(texts: Iterable[str]) -> str:
    """Texts as a list within a sentence: with commas, in Chinese with 、."""
    return ("、" if is_chinese() else ", ").join(texts)


def paragraph(*sentences: str) -> str:
    """Sentences one after the other: with spaces between, in Chinese without; empty ones are left out."""
    return ("" if is_chinese() else " ").join(filter(None, sentences))


def month_text(month: str) -> str:
    """A month such as ``2016-04``; in Chinese 2016年4月."""
    found = re.fullmatch(r"(\d{4})-(\d\d)", month) if is_chinese() else None
    return f"{found[1]}年{int(found[2])}月" if found else month


def large(x: float) -> str:
    """A number of Chinese text: from ten thousand on in 万, from a hundred million on in 亿."""
    size, sign = abs(x), "\N{MINUS SIGN}" if x < 0 else ""
    if size >= _HUNDRED_MILLION:
        return f"{sign}{_digits(size / _HUNDRED_MILLION)}亿"
    if size >= _TEN_THOUSAND:
        return f"{sign}{_digits(size / _TEN_THOUSAND)}万"
    return f"{sign}{size:,.0f}" if size >= 0.5 else "0"


def accepted(header: str) -> str:
    """The language that an ``Accept-Language`` asks for first among those that there are; English else."""
    asked: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";")
        try:
            rank = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if rank > 0 and (code := tag.strip().lower().partition("-")[0]) in LANGUAGES:
            asked.append((-rank, code))
    return min(asked, key=lambda it: it[0])[1] if asked else ENGLISH


def _digits(x: float) -> str:
    return f"{x:,.0f}" if x >= 100 else f"{x:.1f}" if x >= 10 else f"{x:.2f}"


@cache
def _sentences(code: str) -> gettext.NullTranslations:
    """The sentences of the program, and behind them those of figures."""
    found = _read("sim", code)
    found.add_fallback(_read("figures", code))
    return found


@cache
def _declarations(code: str) -> gettext.NullTranslations:
    return _read("declarations", code)


def _read(domain: str, code: str) -> gettext.NullTranslations:
    """A compiled catalogue; without its file there is nothing in it."""
    file = LOCALE / code / "LC_MESSAGES" / f"{domain}.mo"
    if not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as stream:
        return gettext.GNUTranslations(stream)
