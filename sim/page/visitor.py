"""A visitor: what one page asks, the worlds that it waits for, and the answers that it is sent."""

from __future__ import annotations

import base64
import math
import time
from collections.abc import Callable, Container, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from sim.formats import counted
from sim.language import ENGLISH, later, month_text, speaking, tr, trn
from sim.page import answers
from sim.page.answers import Answer, Side
from sim.page.asked import FILE, SEEDS, Asked, Unclear, from_link, named, read_asked, to_link
from sim.page.controls import groups_of, meaning_of
from sim.page.one_seed import OneSeed
from sim.page.opened import Files, NotOpen
from sim.page.own_values import with_own, without_own
from sim.page.pool import Pool
from sim.page.questions import Pair, Questions
from sim.page.queue import Key, Wanted
from sim.page.saving import DOWNLOADS, downloads, save
from sim.page.stepping import SharedPast
from sim.report.html.markup import join, tag
from sim.report.html.shared import meanings_of
from sim.report.shown import change_words, title_words
from sim.runs.ensemble import Request
from sim.runs.errors import Incompatible, ResultError
from sim.runs.replicate import Model
from sim.scenario import Scenario, ScenarioError
from sim.studies.changes import changes

BASELINE = later("As it is")
_FANS_AT = (1, 4, 7, 10, 15, 20, 25, 30)  # with an interval of each month from INTERVALS_FROM seeds on

_SAID_EVERY = 3.0  # seconds: how far a world has come that is to be shown, which screen readers read out

_ASKING = ("ask", "link", "file")

Send = Callable[[dict[str, Any]], None]


_Given = ParamSpec("_Given")


def _spoken(method: Callable[Concatenate[Visitor, _Given], None]) -> Callable[Concatenate[Visitor, _Given], None]:
    """A method of a visitor that is called from outside: it speaks the language of the page."""

    @wraps(method)
    def said(visitor: Visitor, /, *args: _Given.args, **kwargs: _Given.kwargs) -> None:
        with speaking(visitor.language):
            method(visitor, *args, **kwargs)

    return said


class Visitor:
    """One open page, in a language.

    ``send`` takes messages, ``later`` calls a function when the event loop is free, ``watch`` is the step of a world
    whose months are shown, ``step`` that of any other.
    """

    def __init__(
        self, pool: Pool, model: Model, files: Files, out: Path, send: Send,
        later: Callable[[Callable[[], None]], None], watch: Callable[..., Any], step: Callable[..., Any],
        language: str = ENGLISH,
    ) -> None:  # fmt: skip
        self.language = language
        self._pool, self._model, self._files, self._out = pool, model, files, out
        self._send, self._later = send, later
        self._asked: Asked | None = None
        self._sides: list[Side] = []
        self._number, self._opened = 0, ""
        self._worlds: dict[Key, Any] = {}
        self._full = False  # of the worlds that are asked for some cannot be held
        self._shown = -1  # seeds of the last answer
        self._due, self._card_of = False, -1  # whose card the page has
        self._leads: dict[int, str] = {}
        self._saying = 0.0
        self._questions = Questions(model, step, later, self._tell_of_question, self._wait)
        self._wanted_now: list[Wanted] = []
        self._watch = watch
        self._motion: OneSeed | None = None  # that is waited for

    def close(self) -> None:
        """The page has gone."""
        self._questions.clear()
        self._hold(())
        self._pool.leave(self)
        self._files.close()

    # --- what the page says

    @_spoken
    def hear(self, message: Any) -> None:
        """Answer a message; what is wrong with it is said on the page."""
        number = message.get("number", 0) if isinstance(message, dict) else 0
        number = number if isinstance(number, int) else 0
        asking = isinstance(message, dict) and message.get("do") in _ASKING
        if asking:
            self._number = number  # where it cannot be answered, the answer before it goes on
        faults: list[dict[str, Any]]
        try:
            self._hear(message if isinstance(message, dict) else {}, number)
        except ScenarioError as error:
            faults = [{"key": it.key, "variant": it.file, "said": str(it)} for it in error.faults]
        except (Unclear, ResultError, Incompatible) as error:
            faults = [{"key": "", "said": str(error), "file": isinstance(error, NotOpen)}]
        except OSError as error:
            faults = [{"key": "", "said": f"{error.filename or 'output'}: {error.strerror or error}"}]
        except Exception as error:  # noqa: BLE001  the visit goes on, and the other visits do
            faults = [{"key": "", "said": _unanswered(error)}]
        else:
            return
        # What was asked can be taken back; nothing else that is said changes what is asked.
        self._send({"do": "fault", "number": number, "faults": faults, "asking": asking})

    def _hear(self, message: dict[str, Any], number: int) -> None:
        word = message.get("do")
        if word == "link":
            self.ask(from_link(str(message.get("link", ""))), number)
        elif word == "ask":
            self.ask(read_asked(message.get("asked")), number)
        elif word == "file":
            name = self._files.add(str(message.get("name", "file"))[:100], str(message.get("text", "")))
            self._opened = ""
            self.ask(Asked(name), number)
        elif word == "why":
            self._ask_about(message)
        elif word == "motion":
            try:
                self._show_months(message.get("of"), message.get("seed"), run=message.get("run") is True)
            except Unclear as error:  # said beside what was asked, not beside the controls
                self._send({"do": "motion", "number": number, "said": str(error)})
        elif word == "save":
            self._save()
        elif word == "download":
            self._download(str(message.get("what", "")))
        else:
            raise Unclear("message: is not known, allowed: those of this page; load it again")

    def ask(self, asked: Asked, number: int) -> None:
        """Answer this from now on, and nothing that was asked before."""
        base = self._files.load(asked.scenario, months=asked.months)
        asked = with_own(asked, base)
        given, asked = asked, named(asked)
        variants = self._files.variants(base, asked)
        unknown = [name for name in (*asked.show, asked.lead) if name and name not in self._model.outcomes]
        if unknown:
            raise Unclear(f"{', '.join(unknown)}: no such outcome, allowed: those of the list")
        opened = f"{asked.scenario} {base.months}"
        if opened != self._opened:
            self._leads.clear()
        was = self._asked
        self._asked, self._number, self._shown, self._motion = asked, number, -1, None
        self._questions.clear()
        sides = [Side(tr(BASELINE), base, self._request(base)), *self._changed_sides(asked, base, variants)]
        wanted = self._wanted_now = self._wanted(sides, variants, asked)
        self._sides = sides
        self._hold({it.key for it in wanted})
        if opened != self._opened:
            self._opened = opened
            self._send(self._scenario(base, asked))
        elif was is None or [it.of for it in was.variants] != [it.of for it in asked.variants]:
            self._send({"do": "controls", "groups": self._groups(asked, base)})
        self._send({"do": "asked", "number": number, "asked": given.to_json(),
                    "names": [it.name for it in asked.variants], "link": to_link(without_own(given, base)),
                    "private": asked.scenario.startswith(FILE), "changed": self._changed(base, variants)})  # fmt: skip
        self._full = False
        for it in wanted:
            if it.key in self._pool.kept:
                self._take(it.key)
        self._wait()
        self._soon()

    def _changed_sides(self, asked: Asked, base: Scenario, variants: Sequence[tuple[Scenario, int]]) -> list[Side]:
        """The variants that differ from the baseline."""
        digest = base.digest()
        return [
            Side(it.name, scenario, self._request(scenario))
            for it, (scenario, _) in zip(asked.variants, variants, strict=True)
            if scenario.digest() != digest
        ]

    def _request(self, scenario: Scenario) -> Request:
        return Request(scenario, self._model.version)

    def _wanted(self, sides: Sequence[Side], variants: Sequence[tuple[Scenario, int]], asked: Asked) -> list[Wanted]:
        base = sides[0].scenario
        past = {self._request(scenario).digest: SharedPast(base, month) for scenario, month in variants if month}
        return [
            Wanted(Key(side.digest, replicate), *side.request.world(replicate), past.get(side.digest))
            for replicate in range(asked.seeds)
            for side in sides
        ]

    # --- what the page is told

    def _scenario(self, base: Scenario, asked: Asked) -> dict[str, Any]:
        return {
            "do": "scenario", "name": asked.scenario, "title": title_words(base.title) or base.name,
            "summary": title_words(base.summary),
            "months": [base.calendar(at) for at in range(base.months)], "groups": self._groups(asked, base),
            "outcomes": answers.outcome_words(self._model), "headline": list(self._model.headline(base)),
            "span": tr("{first} to {last} · model {version}", first=month_text(base.calendar(0)),
                       last=month_text(base.calendar(base.months - 1)), version=self._model.version),
            "rests": answers.rests_part(base, base.name),
        }  # fmt: skip

    def _groups(self, asked: Asked, base: Scenario) -> dict[str, Any]:
        """The controls of the baseline, and of every other scenario from which a variant starts."""
        return {"": groups_of(base)} | {
            it.of: groups_of(self._files.load(it.of)) for it in asked.variants if it.of
        }  # fmt: skip

    def _changed(self, base: Scenario, variants: Sequence[tuple[Scenario, int]]) -> list[list[dict[str, Any]]]:
        """Of each variant the keys that differ from the baseline, old to new, with the baseline's value."""
        return [
            [{"key": it.key, "meaning": meaning_of(base, it.key),
              "said": change_words(it.old, it.new, it.unit), "base": it.old}
             for it in changes(base, scenario) if it.new is not None][:400]
            for scenario, _ in variants
        ]  # fmt: skip

    # --- worlds

    @_spoken
    def arrived(self, key: Key) -> None:
        """A world is done."""
        if self._motion and key == self._motion.wanted.key:
            self._send_motion(self._motion)
            return
        if any(it.key == key for it in self._wanted_now):
            self._take(key)
            self._soon()
        self._questions.arrived(key, self._worlds, self._pool.kept)

    @_spoken
    def month(self, key: Key, done: int, of: int) -> None:
        """A world has done some of its months: said while there is no first pair, and of one that is to be shown."""
        now = time.monotonic()
        if self._motion and key == self._motion.wanted.key:
            if now - self._saying > _SAID_EVERY:
                self._saying = now
                said = tr("Month {done} of {of}…", done=done, of=of)
                self._send({"do": "motion", "number": self._number, "said": said})
        elif self._shown < 1 and key.replicate == 0 and now - self._saying > 0.2:
            self._saying = now
            told = self._progress()
            left = round(told["first"] * (1 - done / of), 2)
            self._send(told | {"months": [done, of], "first": left})

    def _take(self, key: Key) -> None:
        """Hold a kept world; where all visitors hold too much, wait for no more and say so."""
        if key in self._worlds or self._full:
            return
        value = self._pool.kept.get(key)
        if self._pool.held.take(key, value):
            self._worlds[key] = value
            return
        self._full = True
        said = tr(
            "The answer stays on {seeds}: all open pages hold {size} MB of worlds, which is the most. Allowed: fewer "
            "months, variants, seeds or open pages.", seeds=counted(self._seeds, "seed"),
            size=f"{self._pool.held.most / 1e6:,.0f}",
        )  # fmt: skip
        self._send({"do": "fault", "number": self._number, "faults": [{"key": "", "said": said}], "asking": False})
        self._wait()

    def _hold(self, keys: Container[Key]) -> None:
        """Hold none but these worlds."""
        self._pool.held.leave([key for key in self._worlds if key not in keys])
        self._worlds = {key: value for key, value in self._worlds.items() if key in keys}

    @property
    def _seeds(self) -> int:
        """The seeds whose worlds are all done, from the first one on without a gap."""
        assert self._asked is not None
        return next(
            (replicate for replicate in range(self._asked.seeds)
             if any(Key(side.digest, replicate) not in self._worlds for side in self._sides)),
            self._asked.seeds,
        )  # fmt: skip

    def _progress(self) -> dict[str, Any]:
        assert self._asked is not None
        keys = [Key(side.digest, replicate) for replicate in range(self._asked.seeds) for side in self._sides]
        left = sum(key not in self._worlds for key in keys)
        count, each = max(1, self._pool.count), self._pool.seconds
        first = sum(Key(side.digest, 0) not in self._worlds for side in self._sides)
        if self._full:  # no more will come
            return {"do": "progress", "number": self._number, "seeds": self._seeds, "of": self._seeds, "worlds": 0,
                    "seconds": 0.0, "first": 0.0}  # fmt: skip
        return {"do": "progress", "number": self._number, "seeds": self._seeds, "of": self._asked.seeds,
                "worlds": left, "seconds": round(left * each / count, 1),
                "first": round(math.ceil(first / count) * each, 2)}  # fmt: skip

    def _soon(self) -> None:
        if not self._due:
            self._due = True
            self._later(self._answer_now)

    @_spoken
    def _answer_now(self) -> None:
        self._due = False
        try:
            self._answer()
        except Exception as error:  # noqa: BLE001  as above
            self._send({"do": "fault", "number": self._number, "faults": [{"key": "", "said": _unanswered(error)}]})

    def _answer(self) -> None:
        """Send the answer on all seeds that are done; an older one was never sent."""
        if self._asked is None:
            return
        seeds = self._seeds
        if seeds == self._shown or not seeds:
            self._send(self._progress())
            return
        self._shown = seeds
        names = self._names()
        answer = Answer(self._model, self._sides, self._worlds, seeds, names)
        failed = answer.failed
        parts: dict[str, Any] = {"failed": _failed_part(failed)}
        if len(failed) == seeds:
            self._tell(seeds, parts | {"lead": "", "decision": "", "differences": "", "changed": ""})
            return
        meanings = meanings_of(self._model.outcomes)
        if len(self._sides) == 1:
            result = answer.results(seeds)[0]
            nothing = "" if not self._asked.variants else tr("Nothing is changed yet: move a slider.")
            parts |= {"lead": tag("p", nothing, class_="note") if nothing else "", "decision": "", "changed": "",
                      "differences": answers.baseline_part(result, names, meanings)}  # fmt: skip
            self._tell(seeds, parts)
            self._fans(seeds, lambda: answers.baseline_fans(result, names, meanings))
            return
        seen, judged = answer.seen()
        leads = [self._lead(index, it, names) for index, it in enumerate(seen.variants)]
        sentences = [answers.lead_sentence(seen, judged, index, name) for index, name in enumerate(leads)]
        parts["lead"] = join(*(tag("p", it, class_="lead") for it in sentences))
        parts["differences"] = answers.compared_parts(seen, names, meanings)
        parts["changed"] = answers.changed_part(seen)
        if self._card_of != self._number:  # the page has the card of an older question
            self._card_of = self._number
            parts["decision"] = answers.coming_card(self._sides)
        kept = {it.label: self._leads[index] for index, it in enumerate(seen.variants) if index in self._leads}
        self._tell(seeds, parts, leads=kept)
        if seeds in SEEDS:
            self._then(seeds, lambda: self._send_card(seeds, answer))
        self._fans(seeds, lambda: answers.fans(seen, names, meanings))

    def _send_card(self, seeds: int, answer: Answer) -> None:
        self._send(self._message(seeds, {"decision": answer.decision(answer.found)}))

    def _message(self, seeds: int, parts: dict[str, Any]) -> dict[str, Any]:
        return {"do": "answer", "number": self._number, "seeds": seeds, "parts": parts}

    def _tell(self, seeds: int, parts: dict[str, Any], **more: Any) -> None:
        """Send parts of the answer, and then how far it has come."""
        self._send(self._message(seeds, parts) | more)
        self._send(self._progress())

    def _fans(self, seeds: int, drawn: Callable[[], tuple[str, dict[str, Any]]]) -> None:
        """Send the fans after all else."""
        assert self._asked is not None

        def draw() -> None:
            months, readout = drawn()
            self._send(self._message(seeds, {"months": months}) | {"readout": readout})

        if seeds in _FANS_AT or seeds == self._asked.seeds:
            self._then(seeds, draw)

    def _then(self, seeds: int, send: Callable[[], None]) -> None:
        """Send another part of the answer when the event loop is free; not where a newer answer has come."""
        number = self._number

        def now() -> None:
            if (number, seeds) == (self._number, self._shown):
                try:
                    send()
                except Exception as error:  # noqa: BLE001  as above
                    words = [{"key": "", "said": _unanswered(error)}]
                    self._send({"do": "fault", "number": number, "faults": words})

        self._later(now)

    def _names(self) -> list[str]:
        assert self._asked is not None
        base = self._sides[0].scenario
        first = [name for name in self._model.headline(base) if name in self._model.outcomes]
        return list(dict.fromkeys((*([self._asked.lead] if self._asked.lead else []), *first, *self._asked.show)))

    def _lead(self, index: int, variant: Any, names: Sequence[str]) -> str:
        assert self._asked is not None
        if self._asked.lead:
            return self._asked.lead
        if self._leads.get(index) not in names:
            found = answers.first_outcome(variant, names)
            if not found:
                return names[0]
            self._leads[index] = found
        return self._leads[index]

    def _ask_about(self, message: dict[str, Any]) -> None:
        """Say what a question about a variant's answer costs; with ``run`` ask it, with ``stop`` end it."""
        asked, index, what = self._asked, message.get("variant"), str(message.get("what", "why"))
        if message.get("stop") is True:
            self._questions.stop(what)
            self._wait()
            return
        named = (
            asked.variants[index].name if asked and isinstance(index, int) and 0 <= index < len(asked.variants) else ""
        )
        found = next(((at, it) for at, it in enumerate(self._sides[1:]) if it.label == named), None)
        if asked is None or found is None or self._shown < 1:
            raise Unclear(f"{what[:20]}: nothing differs yet, allowed: a variant that has an answer")
        at, side = found
        outcome = asked.lead or self._leads.get(at, self._names()[0])
        answer = Answer(self._model, self._sides, self._worlds, self._shown, [outcome])
        difference = answer.comparison(self._shown).variants[at][outcome].difference
        pair = Pair(
            self._sides[0].scenario, side.scenario, outcome, asked.seeds, (side.label, tr(BASELINE)), difference
        )
        if message.get("run") is True:
            self._questions.run(what, pair, self._worlds, self._pool.kept, few=message.get("few") is True)
        else:
            self._questions.cost(what, pair, self._pool.seconds, self._pool.count, self._pool.kept)

    def _tell_of_question(self, told: dict[str, Any]) -> None:
        self._send({"do": "why", "number": self._number, **told})

    def _wait(self) -> None:
        """Wait for what is not there of the answer, of why, and of the world that is to be shown."""
        shown = [self._motion.wanted] if self._motion else []
        answer = [] if self._full else self._wanted_now
        wanted = [*answer, *self._questions.wanted(), *shown]
        self._pool.want(self, [it for it in wanted if it.key not in self._worlds])

    def _show_months(self, of: Any, seed: Any, *, run: bool) -> None:
        """Say what it costs to show the months of one world; with ``run`` do it."""
        asked = self._asked
        if asked is None:
            raise Unclear("motion: nothing is asked yet, allowed: once a scenario is open")
        side = next((it for it in self._sides if it.label == of), None)
        if side is None:
            raise Unclear("motion: this is not shown here, allowed: the baseline, or a variant that differs from it")
        one = OneSeed.of(side, seed, asked.seeds, self._watch)
        if not run:
            cost = one.cost(self._pool.seconds, self._pool.kept)
            self._send({"do": "motion", "number": self._number, "cost": cost, "said": cost})
            return
        self._motion = one
        if one.wanted.key in self._pool.kept:
            self._send_motion(one)
        else:
            self._wait()

    def _send_motion(self, one: OneSeed) -> None:
        self._motion = None
        self._send({"do": "motion", "number": self._number} | one.told(self._pool.kept.get(one.wanted.key)))

    # --- what is taken away

    def _save(self) -> None:
        if not self._asked or self._seeds < 1:
            raise Unclear("save: no seed is done yet, allowed: once the first answer is there")
        folders, report = save(self._model, self._sides, self._worlds, self._seeds, self._out)
        said = tr(
            "{results} and the report of {seeds} are in {folder}.", results=counted(len(folders), "result"),
            seeds=counted(self._seeds, "seed"), folder=self._out,
        )  # fmt: skip
        self._send({"do": "saved", "said": said, "report": report.name, "folders": [it.name for it in folders]})

    def _download(self, what: str) -> None:
        if what not in DOWNLOADS:
            raise Unclear(f"download: {what[:40]} is not allowed, allowed: {', '.join(DOWNLOADS)}")
        if not self._asked or self._seeds < 1:
            raise Unclear("download: no seed is done yet, allowed: once the first answer is there")
        answer = Answer(self._model, self._sides, self._worlds, self._seeds, self._names())
        for name, data, kind in downloads(what, answer):
            self._send({"do": "file", "name": name, "type": kind, "data": base64.b64encode(data).decode()})


def _unanswered(error: Exception) -> str:
    text = " ".join(str(error).split())[:200]
    return f"this could not be answered ({type(error).__name__}: {text}), allowed: another change"


def _failed_part(failed: dict[int, str]) -> Any:
    if not failed:
        return ""
    replicate, message = next(iter(failed.items()))
    said = trn(
        "{count} seed failed and is left out; seed {seed}: {message}",
        "{count} seeds failed and are left out; seed {seed}: {message}", len(failed), seed=replicate + 1,
        message=message,
    )  # fmt: skip
    return tag("p", said, class_="warning")
