"""From rule files to a frozen rule set, or to every problem of all files at once.

Each file is read alone (`cleaner.reader`); here the packs are put in order and checked against each other:
names that must exist, names that must not exist twice. A pack's name is looked up among the packs that
were loaded and is never a path. What the shipped files say is kept for the next process, so that mostly
nothing is read but when the files were changed, and of their rules those that a document calls for.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any, NamedTuple

from cleaner import cache
from cleaner.errors import Location, Problem, RuleLoadError
from cleaner.rules import Keep, Layer, Pack, RuleSet
from cleaner.segments import view

if TYPE_CHECKING:
    from pathlib import Path

    from cleaner.reader import Reading

_LAYER_ORDER = list(Layer)


def shipped_folder() -> Path:
    """Where the rules that travel with this package are: in the wheel, or beside a checkout's code."""
    from pathlib import Path  # for those who go on with it; it has its price in start-up

    return Path(_shipped_folder())


def _shipped_folder() -> str:
    here = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(here, "shipped_rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(here), "rules")


def load(*paths: str | os.PathLike[str], shipped: bool = True) -> RuleSet:
    """The shipped packs, and those of these files and folders (`*.yaml` in them, at any depth).

    The order is that of the layers: kits, languages, sites, then what `paths` bring, each by name. Without
    the shipped packs `paths` are a whole rule set, and their folders' names (kit, lang) say the layers.
    Raises RuleLoadError with every problem of every file.
    """
    known = _shipped() if shipped else RuleSet()
    if not paths:
        return known
    layer = Layer.USER if shipped else None
    problems: list[Problem] = []
    found = [path for root in paths for path in _files(os.path.normpath(root), problems)]
    files = list({os.path.realpath(path): path for path in found}.values())  # named twice is there once
    labels = [_label(path) for path in files]
    readings = [_read(*each, layer) for each in zip(files, labels, strict=True)]
    return _joined(known.packs, readings, problems, known.digest)


def _joined(
    known: tuple[Pack, ...], readings: Iterable[Reading], problems: Iterable[Problem] = (), digest: str = ""
) -> RuleSet:
    """Packs that are sound together, and those that were read. Raises RuleLoadError."""
    readings = list(readings)
    fresh = [reading.pack for reading in readings if reading.pack is not None]
    broken = {reading.name for reading in readings if reading.pack is None}
    packs = sorted([*known, *fresh], key=lambda pack: (_LAYER_ORDER.index(pack.layer), pack.name))
    ruleset = RuleSet(tuple(packs), digest)
    found = [*problems, *(problem for reading in readings for problem in reading.problems)]
    found += _check_together(ruleset, fresh, broken)
    if found:
        raise RuleLoadError(sorted(found, key=lambda p: (p.location, p.code)))
    return ruleset


def _read(path: str, label: str, layer: Layer | None) -> Reading:
    from pathlib import Path

    from cleaner.reader import read_pack  # mostly there is nothing to read, and this brings all of YAML in

    return read_pack(Path(path), label, layer)


def _files(root: str, problems: list[Problem]) -> list[str]:
    """The rule files that a path stands for, in order; none, and a problem, if there is nothing."""
    if os.path.isdir(root):
        found = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
        return sorted(path for path in found if path.endswith(".yaml") and os.path.isfile(path))
    if os.path.isfile(root):
        return [root]
    problems.append(Problem("E001", "no such file or folder", Location(root)))
    return []


def _label(path: str) -> str:
    """How messages call a file: below the working folder relative to it, else in full."""
    try:
        here = os.path.join(os.getcwd(), "")
    except OSError:  # a working folder that is gone
        return path
    real = os.path.realpath(path)
    return real.removeprefix(here) if real.startswith(here) else path


# The shipped packs, and what is kept of them


class _Kept(NamedTuple):
    """A pack's fields without its rules: those are leaves of the entry. And its file as it was read."""

    fields: dict[str, Any]
    first: int
    rule_count: int
    state: cache.State


def _shipped() -> RuleSet:
    folder = _shipped_folder()
    label = _label(folder)
    problems: list[Problem] = []
    states = cache.states_of(_files(folder, problems))
    if problems:
        raise RuleLoadError(problems)
    entry = cache.recall((label, states), cache.RULES)
    if entry is None:
        return _read_shipped(folder, label, states)
    digest, kept = entry.head
    return RuleSet(tuple(_with_rules(each, entry) for each in kept), digest)


def _with_rules(kept: _Kept, entry: cache.Entry) -> Pack:
    return Pack(rules=entry.leaves.part(kept.first, kept.rule_count), **kept.fields)


def _read_shipped(folder: str, label: str, states: list[cache.State]) -> RuleSet:
    """Read the files that changed since they were read last, check them all together, and keep it."""
    from cleaner.reader import Reading

    entry = cache.recall_newest(cache.RULES)
    known = {kept.state: _with_rules(kept, entry) for kept in entry.head[1]} if entry is not None else {}
    files: dict[str, cache.State] = {}  # by what messages call them
    readings = []
    for state in states:
        name = label + state.path.removeprefix(folder)
        files[name] = state
        pack = known.get(state)
        if pack is not None and pack.location.path == name:
            readings.append(Reading(pack.name, pack))
        else:
            readings.append(_read(state.path, name, None))
    ruleset = _joined((), readings, (), cache.digest(_content(state.path) for state in states))
    kept = []
    rules: list[object] = []
    for pack in ruleset.packs:
        own = {each.name: getattr(pack, each.name) for each in fields(Pack) if each.name != "rules"}
        kept.append(_Kept(own, len(rules), len(pack.rules), files[pack.location.path]))
        rules += pack.rules
    cache.keep((label, states), cache.RULES, (ruleset.digest, kept), rules)
    return ruleset


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


# What only shows between files


def _check_together(ruleset: RuleSet, fresh: Collection[Pack], broken: Collection[str]) -> Iterator[Problem]:
    """Problems that only show between files. All packs but the fresh ones are known to be sound together,
    and the rules of those are not read for this."""
    first: dict[str, Pack] = {}
    for pack in ruleset.packs:
        if pack.name in first:
            message = f"a pack {pack.name!r} is there already: {first[pack.name].location}"
            yield Problem("E207", message, pack.location)
        first.setdefault(pack.name, pack)
    yield from _check_circles(first)
    yield from _check_known_by(ruleset, fresh)
    yield from _check_names(ruleset, fresh, broken)


def _check_circles(packs: dict[str, Pack]) -> Iterator[Problem]:
    """Each circle of `uses` once, from its first pack by name."""
    done: set[str] = set()
    for start in sorted(packs):
        trail: list[str] = []
        waiting = [(start, iter(packs[start].uses))]
        while waiting:
            name, rest = waiting[-1]
            if name not in trail:
                trail.append(name)
            used = next(rest, None)
            if used is None:
                done.add(name)
                trail.pop()
                waiting.pop()
            elif used in trail:
                circle = " -> ".join([*trail[trail.index(used) :], used])
                yield Problem("E205", f"uses goes in a circle: {circle}", packs[name].location)
            elif used in packs and used not in done:
                waiting.append((used, iter(packs[used].uses)))


def _check_known_by(ruleset: RuleSet, fresh: Collection[Pack]) -> Iterator[Problem]:
    """`known_by` lines belong to one pack, and what they call in may only add.

    A second run over a cleaned text may no longer recognise the site; were a `keep` or a `disable`
    to go with it, that run could remove more than the first.
    """
    owners: dict[str, Pack] = {}
    for pack in ruleset.packs:
        for line in pack.known_by:
            owner = owners.setdefault(view(line), pack)
            if owner is not pack:
                message = f"known_by line {line!r} is known of {owner.name} too"
                yield Problem("E210", message, pack.location)
    for pack in fresh:
        for called in _called_in(ruleset, pack) if pack.known_by else ():
            has_keep = any(isinstance(rule.operation, Keep) for rule in called.rules)
            if has_keep or called.disable:
                has = "keep" if has_keep else "disable"
                message = f"a pack with known_by, and what it alone brings, has no {has}: {called.name} has"
                yield Problem("E211", message, pack.location)


def _called_in(ruleset: RuleSet, pack: Pack) -> Iterator[Pack]:
    """The pack, and those it uses that would not serve every page without it."""
    waiting, seen = [pack], {pack.name}
    while waiting:
        current = waiting.pop()
        yield current
        for name in current.uses:
            used = ruleset.by_name.get(name)
            if used is not None and name not in seen and (used.only_used or used.sites):
                seen.add(name)
                waiting.append(used)


def _check_names(ruleset: RuleSet, fresh: Collection[Pack], broken: Collection[str]) -> Iterator[Problem]:
    """Names in `uses` and `disable` that no pack or rule has; those of broken files are spared."""
    asked = [reference for pack in fresh for reference in pack.references]
    for key, code, what in (("uses", "E202", "pack"), ("disable", "E203", "rule")):
        wanted = [(name, place) for of, name, place in asked if of == key]
        known = _names(ruleset, what) if wanted else set()
        for name, place in wanted:
            if name not in known and name.partition("/")[0] not in broken:
                from cleaner.structure import nearest

                yield Problem(code, f"{key}: no {what} {name!r}{nearest(name, known)}", place)


def _names(ruleset: RuleSet, what: str) -> set[str]:
    return {pack.name for pack in ruleset.packs} if what == "pack" else {rule.name for rule in ruleset}
