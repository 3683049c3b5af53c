"""What commands print, in the documents that show it: ``make docs`` runs those whose output may have changed.

A fenced block that begins with ``$ sim ...`` shows that command and all that it prints to standard output. Comments
in the lines above a block say more:

- ``<!-- first: sim run NAME -->``: a command to run before, whose output is not shown.
- ``<!-- without: REGEX -->``: lines of the output that match are left out, ``...`` stands for each run of them.
- ``<!-- until: REGEX -->``: the output from the first line that matches is left out.
- ``<!-- ends: 2 -->``: the exit code that the command must have, 0 without this line.
- ``<!-- errors: shown -->``: what it prints to standard error follows.
- ``<!-- stopped: REGEX -->``: the command runs until Ctrl-C, and is sent one as soon as a line of its output matches.
- ``<!-- long: 2 minutes -->``: the command takes so long, and runs again only with ``--long``.
- ``<!-- hidden: REGEX -->``: ``...`` stands for what matches, such as a token that differs each time.

Others stand alone:

- ``<!-- picture: sim run NAME: figures/FILE.png -->``: a file of that command's results, copied to the picture below.
- ``<!-- figures NAME: docs/FILE.json -->`` or ``<!-- figures NAME: sim ... --json -->``: a source of figures in prose.
- ``<!-- figure: NAME PATH FORMAT -->12.3%``, within a line of prose: the number is the value at that path, in that
  format (``,d`` for whole numbers and ``.3g`` for others by default). A path such as ``facts/name=births/value`` goes
  through objects by key and through lists by number, or to the one item of which this is true, spaces left out; a list
  counts its items.

``printed.json`` keeps for each block the files that the command read (sources of the program, scenarios, evidence) and
a digest of them, of the command and of its output. A block whose digest differs is stale. A line that looks like one of
these and is none is an error.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
STATE = Path("docs/printed.json")
WORK = Path(".cache/docs")  # commands run here, so that results of other runs are neither used nor shown

LINKED = ("scenarios", "tests")  # folders of the project that commands name
SAID = ("first", "without", "until", "ends", "errors", "stopped", "hidden", "long")
ABOVE = re.compile(rf"<!-- ({'|'.join(SAID)}): (.*) -->\n")
BLOCK = re.compile(
    rf"^(?P<above>(?:<!-- (?:{'|'.join(SAID)}): .* -->\n)*)(?P<fence>```+)(?P<info>[^\n`]*)\n"
    r"\$ (?P<command>sim .*)\n(?P<output>(?s:.*?))^(?P=fence)\n",
    re.MULTILINE,
)
PICTURE = re.compile(r"<!-- picture: (?P<command>sim .*): (?P<source>\S+) -->\n!\[.*\]\((?P<target>.*)\)\n")
SOURCE = re.compile(r"^<!-- figures (?P<name>\S+): (?P<command>.*) -->\n", re.MULTILINE)
FIGURE = re.compile(
    r"<!-- figure: (?P<name>\S+) (?P<path>\S+?)(?: (?P<form>\S+))? -->(?P<value>[-+]?\d(?:[\d,.]*\d)?%?)"
)
SEEN = re.compile(
    rf"^[ \t>*+-]*(?:\$ sim .*|<!-- (?:{'|'.join(SAID)}|picture|figures \S+): .*)$|<!-- figure: (?:.*?-->)?",
    re.MULTILINE,
)
RESULTS = re.compile(r"^(?:results: |结果：)(\S+)$", re.MULTILINE)
OPENING = re.compile(r"[ \t>*+-]*(?:\d+\. +)?")  # a comment that opens a line, or an item, ends the paragraph

# Runs the command line given to it, then writes which files under the root it read.
RECORD = """
import os, sys, warnings
root, kept = sys.argv[1:3]
warnings.filterwarnings("error", "figures: no installed font has")  # no document shows boxes for letters
opened = set()
def note(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        opened.add(os.path.realpath(arguments[0]))
sys.addaudithook(note)
sys.argv = ["sim", *sys.argv[3:]]
from sim.cli import main
try:
    main()
finally:
    opened |= {os.path.realpath(it.__file__) for it in list(sys.modules.values()) if getattr(it, "__file__", None)}
    with open(kept, "w") as file:
        file.write("\\n".join(sorted(it for it in opened if it.startswith(root + os.sep))))
"""


class Kept(NamedTuple):
    """What is kept of a block."""

    digest: str
    files: list[str]  # that its command read


class CommandFailed(RuntimeError):
    """A command that a document shows did not end well."""


@dataclass(frozen=True)
class Block:
    """One command and its output in a document, one picture, or all figures in prose of one source."""

    document: str
    command: str
    output: str  # of a picture: the digest of its bytes; of figures: their comments and values
    first: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    long: tuple[str, ...] = ()
    source: str = ""  # of a picture: the file below the results of the command
    target: str = ""  # of a picture
    figures: str = ""  # the name by which figures in prose call this command or file
    number: int = 1  # of several equal commands in the document

    @property
    def name(self) -> str:
        if self.figures:
            return f"{self.document}: figures {self.figures}"
        return f"{self.document}: {self.target or self.command}" + (f" ({self.number})" if self.number > 1 else "")

    def digest(self, root: Path, files: list[str], output: str) -> str:
        """Digest of the command, its output and the bytes of the files that are there."""
        said = (it for kind in SAID for it in getattr(self, kind))
        parts = [self.command, *said, self.source, output]
        found = hashlib.sha256("\0".join(parts).encode())
        for name in files:
            path = root / name
            found.update(f"{name}\0".encode() + (path.read_bytes() if path.is_file() else b""))
        return found.hexdigest()[:16]


def documents(root: Path) -> list[str]:
    """The tracked documents; without git, those at the top and in docs."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "*.md"],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    found = done.stdout.split("\0")[:-1] or [
        str(path.relative_to(root)) for place in ("*.md", "docs/**/*.md") for path in root.glob(place)
    ]
    return sorted(name for name in found if (root / name).is_file())


def blocks(root: Path, document: str) -> Iterator[Block]:
    """The blocks, pictures and sources of figures of a document."""
    text = (root / document).read_text(encoding="utf-8")
    count: Counter[str] = Counter()
    for it in BLOCK.finditer(text):
        above = ABOVE.findall(it["above"])
        said = {kind: tuple(value for one, value in above if one == kind) for kind in SAID}
        count[it["command"]] += 1
        yield Block(document, it["command"], it["output"], **said, number=count[it["command"]])
    for it in PICTURE.finditer(text):
        target = Path(document).parent / it["target"]
        yield Block(document, it["command"], bytes_digest(root / target), source=it["source"], target=str(target))
    for it in SOURCE.finditer(text):
        yield Block(document, it["command"], figures_of(text, it["name"]), figures=it["name"])


def faults(root: Path = ROOT) -> list[str]:
    """Lines that look like a block, a comment above it, a picture or a figure, and are none."""
    found = []
    for document in documents(root):
        text = (root / document).read_text(encoding="utf-8")
        known = {at for it in BLOCK.finditer(text) for at in (*_lines(it, "above"), it.start("command") - len("$ "))}
        known |= {it.start() for it in PICTURE.finditer(text)}
        sources = {it["name"]: it.start() for it in reversed([*SOURCE.finditer(text)])}
        known |= set(sources.values())
        for it in FIGURE.finditer(text):
            line = text[text.rfind("\n", 0, it.start()) + 1 : it.start()]
            if it["name"] in sources and not OPENING.fullmatch(line):
                known.add(it.start())
        found += [
            f"{document}:{text.count(chr(10), 0, it.start()) + 1}: not recognised: {it[0][:80]}"
            for it in SEEN.finditer(text)
            if it.start() not in known
        ]
    return found


def _lines(found: re.Match[str], group: str) -> Iterator[int]:
    """Where each line of a group begins."""
    return (found.start(group) + it.start() for it in re.finditer(r"^.", found[group], re.MULTILINE))


def figures_of(text: str, name: str) -> str:
    """The figures in prose of one source, each with its comment."""
    return "\n".join(it[0] for it in FIGURE.finditer(text) if it["name"] == name)


def filled(text: str, name: str, data: Any) -> str:
    """The document with the figures in prose of one source taken from its data."""

    def put(it: re.Match[str]) -> str:
        if it["name"] != name:
            return it[0]
        value = _value(data, it["path"])
        form = it["form"] or ("" if isinstance(value, str) else ",d" if isinstance(value, int) else ".3g")
        made = format(value, form)
        whole = f"{it[0].removesuffix(it['value'])}{made}"
        if not FIGURE.fullmatch(whole):
            message = f"{it['path']}: {made} is no number"
            raise CommandFailed(message)
        return whole

    return FIGURE.sub(put, text)


def _value(data: Any, path: str) -> Any:
    """What a path leads to."""
    try:
        for word in path.split("/"):
            key, equal, wanted = word.partition("=")
            if isinstance(data, dict):
                data = data[word]
            elif equal:
                found = (it[int(key) if isinstance(it, list) else key] for it in data)
                (data,) = (it for it, said in zip(data, found, strict=True) if str(said).replace(" ", "") == wanted)
            else:
                data = data[int(word)]
    except (KeyError, IndexError, ValueError, TypeError) as error:
        message = f"{path}: there is no one {word}"
        raise CommandFailed(message) from error
    return len(data) if isinstance(data, list) else data


def bytes_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""


def stale(root: Path = ROOT) -> list[Block]:
    """Blocks whose command, output or sources are not those that were kept when they were printed."""
    kept = _kept(root)
    found = []
    for document in documents(root):
        for block in blocks(root, document):
            was = kept.get(block.name)
            if was is None or block.digest(root, was.files, block.output) != was.digest:
                found.append(block)
    return found


def shown(text: str, without: tuple[str, ...], until: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> str:
    """The output of a command as a document shows it."""
    for it in hidden:
        text = re.sub(it, "...", text)
    lines = [line.rstrip() for line in text.strip().splitlines()]
    if until:
        end = re.compile("|".join(until))
        lines = [*itertools.takewhile(lambda line: not end.search(line), lines)]
        lines = [*"\n".join(lines).strip().splitlines(), "..."]
    if without:
        left_out = re.compile("|".join(without))
        lines = ["..." if left_out.search(line) else line for line in lines]
        lines = [line for line, before in zip(lines, ["", *lines], strict=False) if (line, before) != ("...", "...")]
    return "".join(f"{line}\n" for line in lines)


def print_anew(root: Path, block: Block) -> None:
    """Run the command of a block, write its output into the document, and keep its digest.

    Raises
    ------
    CommandFailed
        Where the command ends with another code than the block says, or has no number for a figure; the document is
        left as it was.

    """
    work = root / WORK
    work.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        if (root / name).exists() and not (work / name).exists():
            (work / name).symlink_to(root / name)
    for written in work.glob("*.toml"):  # by `sim new`, which does not overwrite
        written.unlink()
    for command in block.first:
        said, _ = _run(root, command)
        for name in RESULTS.findall(said):  # a stored one, too, is the newest of its name from now on
            for manifest in (work / name).glob("manifest.json"):
                os.utime(manifest)
    if block.command.startswith("sim "):
        ends, stopped = int("".join(block.ends) or 0), "|".join(block.stopped)
        printed, files = _run(root, block.command, ends=ends, errors=bool(block.errors), stopped=stopped)
    else:
        printed, files = (root / block.command).read_text(encoding="utf-8"), [block.command]
    path = root / block.document
    text = path.read_text(encoding="utf-8")
    if block.target:
        results = re.split(": |：", printed.rstrip().rpartition("\n")[2], maxsplit=1)[-1]  # in any language
        shutil.copyfile(work / results / block.source, root / block.target)
        output = bytes_digest(root / block.target)
    elif block.figures:
        text = filled(text, block.figures, json.loads(printed))
        output = figures_of(text, block.figures)
    else:
        output = shown(printed, block.without, block.until, block.hidden)
        equal = [it for it in BLOCK.finditer(text) if it["command"] == block.command]
        begin, end = equal[block.number - 1].span("output")
        text = f"{text[:begin]}{output}{text[end:]}"
    path.write_text(text, encoding="utf-8")
    kept = _kept(root)
    kept[block.name] = Kept(block.digest(root, files, output), files)
    _keep(root, kept)


def _run(root: Path, command: str, *, ends: int = 0, errors: bool = False, stopped: str = "") -> tuple[str, list[str]]:
    """What a command prints, with or without its errors, and which files of the project it read."""
    work, record = root / WORK, root / WORK / "files"
    words = [name for word in shlex.split(command)[1:] for name in (_newest(work, word) if "*" in word else [word])]
    with subprocess.Popen(
        [sys.executable, "-c", RECORD, str(root), str(record), *words],
        cwd=work,
        env=os.environ | {"PYTHONPATH": str(root), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if errors else None,
        text=True,
    ) as process:
        before = _until(process, stopped) if stopped else ""
        after, said = process.communicate()
    if process.returncode != ends:
        message = f"{command}: ended with {process.returncode}"
        raise CommandFailed(message)
    names = {_source_of(Path(line).relative_to(root)) for line in record.read_text(encoding="utf-8").splitlines()}
    outside = (".cache", ".venv", "results")
    return before + after + (said or ""), sorted(str(name) for name in names if not name.parts[0].startswith(outside))


def _until(process: subprocess.Popen[str], wanted: str) -> str:
    """What a process prints up to the line that is wanted, at which it gets what Ctrl-C sends."""
    lines = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if re.search(wanted, line):
            process.send_signal(signal.SIGINT)
            break
    return "".join(lines)


def _newest(work: Path, glob: str) -> list[str]:
    """The file that a glob names, the newest where there are several; the word itself where there is none."""
    found = sorted(work.glob(glob), key=lambda path: path.stat().st_mtime)
    return [str(found[-1].relative_to(work))] if found else [glob]


def _source_of(path: Path) -> Path:
    """The source of a compiled file, and any other file itself."""
    return path.parents[1] / f"{path.name.partition('.')[0]}.py" if path.parent.name == "__pycache__" else path


def _kept(root: Path) -> dict[str, Kept]:
    path = root / STATE
    if not path.is_file():
        return {}
    state = json.loads(path.read_text(encoding="utf-8"))
    common = state["files"]
    return {
        name: Kept(it["digest"], sorted(it["files"] + ([] if it.get("alone") else common)))
        for name, it in state["blocks"].items()
    }


def _keep(root: Path, kept: dict[str, Kept]) -> None:
    """Write the state of the blocks that documents have: what most of them read once, and what each reads beside."""
    held = {it.name: kept[it.name] for document in documents(root) for it in blocks(root, document) if it.name in kept}
    most = max(len(it.files) for it in held.values())
    alone = {name for name, it in held.items() if len(it.files) < most / 2}  # reads little, such as `sim new`
    common = set.intersection(*(set(it.files) for name, it in held.items() if name not in alone))
    each = {
        name: {"digest": it.digest, "files": sorted(it.files)} | {"alone": True}
        if name in alone
        else {"digest": it.digest, "files": sorted(set(it.files) - common)}
        for name, it in held.items()
    }
    text = json.dumps({"files": sorted(common), "blocks": each}, indent=1)
    (root / STATE).write_text(f"{text}\n", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Print stale blocks again, or name them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="run nothing; end with 1 where a block is stale or not recognised"
    )
    parser.add_argument("--all", action="store_true", help="print every block again")
    parser.add_argument("--long", action="store_true", help="also those whose command takes long")
    options = parser.parse_args(arguments)
    found = stale() if not options.all else [block for name in documents(ROOT) for block in blocks(ROOT, name)]
    wrong = faults()
    print(*wrong, sep="\n", end="\n" * bool(wrong), file=sys.stderr)
    for block in found:
        left = bool(block.long) and not options.long and not options.check
        said = " is stale" if options.check else f" takes {block.long[0]}: left out without --long" if left else ""
        print(f"{block.name}{said}", file=sys.stderr)
        if not options.check and not left:
            print_anew(ROOT, block)
    return int(bool(wrong) or (bool(found) and options.check))


if __name__ == "__main__":
    sys.exit(main())
