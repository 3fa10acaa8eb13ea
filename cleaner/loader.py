"""From rule files to a frozen rule set, or to every problem of all files at once.

Files are read as nodes, checked against the tables of `cleaner.grammar`, made into rules, and then
checked against each other: names that must exist, names that must not exist twice. A pack's name is
looked up among the packs that were loaded and is never a path. Nothing is compiled here, save that
each pattern is parsed, so that a slip in it is reported with its place in the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cleaner import cache, grammar, nodes
from cleaner.errors import Location, Problem, RuleLoadError
from cleaner.facts import facts_of
from cleaner.literals import required
from cleaner.nodes import Items, Mapping, Node, Scalar
from cleaner.patterns import PatternError, parse
from cleaner.rules import (
    Acceptance,
    Block,
    Cut,
    Example,
    Form,
    Inline,
    Keep,
    Kind,
    Layer,
    Line,
    Matcher,
    Operation,
    Pack,
    PatternFacts,
    Rule,
    RuleSet,
    Sequence,
    Step,
    Zone,
    matchers_of,
    walk,
)
from cleaner.segments import fold, view
from cleaner.structure import at_offset, check, nearest

INLINE_MIN_LITERAL_CHARS = 2
"""Characters of the literal that each match of an inline pattern must hold."""

_LAYERS = {"kit": Layer.KIT, "lang": Layer.LANGUAGE}
_LAYER_ORDER = list(Layer)


def shipped_folder() -> Path:
    """Where the rules that travel with this package are: in the wheel, or beside a checkout's code."""
    inside = Path(__file__).with_name("shipped_rules")
    return inside if inside.is_dir() else Path(__file__).parent.parent / "rules"


def load(*paths: str | os.PathLike[str], shipped: bool = True) -> RuleSet:
    """The shipped packs, and those of these files and folders (`*.yaml` in them, at any depth).

    The order is that of the layers: kits, languages, sites, then what `paths` bring, each by name. Without
    the shipped packs `paths` are a whole rule set, and their folders' names (kit, lang) say the layers.
    Raises RuleLoadError with every problem of every file.
    """
    reader = _Reader()
    if shipped:
        reader.read_kept(shipped_folder())
    for path in paths:
        reader.read(Path(path), Layer.USER if shipped else None)
    packs = sorted(reader.packs, key=lambda pack: (_LAYER_ORDER.index(pack.layer), pack.name))
    ruleset = RuleSet(tuple(packs), "" if paths else reader.digest)
    problems = [*reader.problems, *_check_together(ruleset), *reader.unknown_names(ruleset)]
    if problems:
        raise RuleLoadError(sorted(problems, key=lambda p: (p.location, p.code)))
    return ruleset


class _Reader:
    """Reads files and folders one after another, and gathers what is found."""

    def __init__(self) -> None:
        self.packs: list[Pack] = []
        self.problems: list[Problem] = []
        self.references: list[tuple[str, Scalar]] = []
        self.broken: set[str] = set()
        self.digest = ""

    def read(self, root: Path, layer: Layer | None) -> None:
        """All packs of a file or folder; `layer` is where they stand, None for as their folder says."""
        for path in self.files(root):
            self.read_pack(path, layer)

    def read_kept(self, root: Path) -> None:
        """The shipped packs, each from the cache if it is there as it is now."""
        files = self.files(root)
        keys = [cache.digest([_label(path).encode(), path.read_bytes()]) for path in files]
        self.digest = entry = cache.digest(map(str.encode, keys))
        known = cache.recall(entry)
        is_new = not isinstance(known, dict)
        if is_new:  # most files are as they were when the rules were last read
            known = cache.recall_newest()
        known = known if isinstance(known, dict) else {}
        found: dict[str, _Reader] = {}
        for key, path in zip(keys, files, strict=True):
            found[key] = known.get(key) or _Reader()
            if key not in known:
                found[key].read_pack(path, None)
            self.take(found[key])
        if is_new:
            cache.keep(entry, {key: reader for key, reader in found.items() if not reader.problems})

    def take(self, other: _Reader) -> None:
        """What another reader has found."""
        self.packs += other.packs
        self.references += other.references
        self.problems += other.problems
        self.broken |= other.broken

    def files(self, root: Path) -> list[Path]:
        if root.is_dir():
            return sorted(path for path in root.rglob("*.yaml") if path.is_file())
        if root.is_file():
            return [root]
        self.problems.append(Problem("E001", "no such file or folder", Location(str(root))))
        return []

    def read_pack(self, path: Path, layer: Layer | None) -> None:
        tree = nodes.read(path, _label(path))
        found = list(check(tree.root, grammar.PACK)) if tree.root is not None else []
        self.problems += tree.problems
        self.problems += (_with_rule(problem, tree.root) for problem in found)
        if found or tree.problems or not isinstance(tree.root, Mapping):
            self.broken.add(_name_by_path(path))
            return
        builder = _PackBuilder(tree.root, path, layer)
        self.packs.append(builder.build())
        self.problems += builder.problems
        self.references += (
            (key, name) for key in ("uses", "disable") for name in _scalars(tree.root.get(key))
        )

    def unknown_names(self, ruleset: RuleSet) -> Iterator[Problem]:
        """Names in `uses` and `disable` that no pack or rule has; those of broken files are spared."""
        packs = {pack.name for pack in ruleset.packs}
        rules = {rule.name for rule in ruleset}
        for key, name in self.references:
            known, code, what = (packs, "E202", "pack") if key == "uses" else (rules, "E203", "rule")
            if name.value not in known and name.value.partition("/")[0] not in self.broken:
                message = f"{key}: no {what} {name.value!r}{nearest(name.value, known)}"
                yield Problem(code, message, name.location)


def _name_by_path(path: Path) -> str:
    """What a file's path says the name of its pack is."""
    folder = path.parent.name
    return f"{folder}.{path.stem}" if folder in _LAYERS else path.stem


def _label(path: Path) -> str:
    """How messages call a file: below the working folder relative to it, else in full."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def _with_rule(problem: Problem, root: Node | None) -> Problem:
    """The problem with the name of the rule in whose lines it lies."""
    rules = root.get("rules") if isinstance(root, Mapping) else None
    name = ""
    if isinstance(rules, Items):
        for rule in rules.values:
            if isinstance(rule, Mapping) and rule.location[1:] <= problem.location[1:]:
                identifier = rule.get("id")
                name = identifier.value if isinstance(identifier, Scalar) else ""
    return problem._replace(rule=name)


class _PackBuilder:
    """Makes one pack of nodes whose structure has been checked."""

    def __init__(self, root: Mapping, path: Path, layer: Layer | None) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.name = _text(root, "pack")
        self.layer = layer or _LAYERS.get(path.parent.name, Layer.SITE)
        self.path = path
        self.let: dict[str, Matcher] = {}
        self.used_names: set[str] = set()

    def build(self) -> Pack:
        self.check_name()
        self.read_let()
        rules = tuple(self.rule(node) for node in _mappings(self.root.get("rules")))
        self.check_ids(rules)
        pack = Pack(
            self.name,
            self.layer,
            self.root.location,
            rules,
            title=_text(self.root, "title"),
            sites=tuple(map(self.site, _scalars(self.root.get("sites")))),
            languages=_texts(self.root.get("languages")),
            extractors=_texts(self.root.get("extractors")),
            uses=_texts(self.root.get("uses")),
            only_used=_truth(self.root, "only_used"),
            known_by=_texts(self.root.get("known_by")),
            disable=_texts(self.root.get("disable")),
            unused_lets=tuple(self.unused_lets()),
        )
        if pack.known_by and not pack.sites:
            self.report(
                "E211", "only a pack with 'sites' can be known by its lines", self.root.get("known_by")
            )
        return pack

    def report(self, code: str, message: str, node: Node | None, rule: str = "") -> None:
        place = node.location if node is not None else self.root.location
        self.problems.append(Problem(code, message, place, rule))

    def site(self, node: Scalar) -> str:
        """A site pattern in the form in which hosts are compared: lower case, foreign letters in ASCII."""
        name = node.value.lstrip("!=")
        marks = node.value[: len(node.value) - len(name)]
        try:
            return marks + name.lower().removeprefix("www.").encode("idna").decode("ascii")
        except UnicodeError:
            self.report("E212", f"{name!r} is no host name", node)
            return node.value

    def check_name(self) -> None:
        wanted = _name_by_path(self.path)
        if self.name != wanted:
            message = f"the pack's name is the file's: {wanted!r} here, not {self.name!r}"
            self.report("E208", message, self.root.get("pack"))

    def check_ids(self, rules: Iterable[Rule]) -> None:
        seen: dict[str, Rule] = {}
        for rule in rules:
            if rule.id in seen:
                message = f"rule id {rule.id!r} is taken (line {seen[rule.id].location.line})"
                self.problems.append(Problem("E206", message, rule.location, rule.id))
            seen.setdefault(rule.id, rule)

    def read_let(self) -> None:
        let = self.root.get("let")
        for key, value in let.entries if isinstance(let, Mapping) else ():
            assert isinstance(value, Mapping)
            self.let[key.value] = self.matcher(value, "")

    def unused_lets(self) -> Iterator[tuple[str, Location]]:
        let = self.root.get("let")
        for key, _ in let.entries if isinstance(let, Mapping) else ():
            if key.value not in self.used_names:
                yield key.value, key.location

    def rule(self, node: Mapping) -> Rule:
        identifier = _text(node, "id")
        key = next(key for key in grammar.OPERATIONS if node.get(key) is not None)
        kind = _text(node, "kind")
        if key == "keep" and kind:
            self.report("E109", "a keep rule removes nothing: it has no kind", node.get("kind"), identifier)
        elif key != "keep" and not kind:
            self.report("E102", "rule lacks 'kind': what the removed lines are", node, identifier)
        seen = node.get("seen")
        return Rule(
            self.name,
            identifier,
            Kind(kind) if kind and key != "keep" else None,
            _text(node, "why"),
            self.operation(key, node, identifier),
            node.location,
            zone=self.zone(key, node, identifier),
            examples=tuple(self.examples(node, identifier)),
            seen=(_text(seen, "first"), _text(seen, "last")) if isinstance(seen, Mapping) else ("", ""),
            accepts=tuple(
                Acceptance(_text(accept, "check"), _text(accept, "why"), accept.location)
                for accept in _mappings(node.get("accept"))
            ),
        )

    def operation(self, key: str, rule: Mapping, identifier: str) -> Operation:
        touching = _truth(rule, "touching")
        if rule.get("touching") is not None and key not in grammar.TOUCHING_OPERATIONS:
            self.report("E109", "'touching' is for a sequence", rule.get("touching"), identifier)
        body = rule.get(key)
        if key == "sequence":
            steps = tuple(self.step(step, identifier) for step in _mappings(body))
            if not any(step.min_count for step in steps):
                self.report("E107", "at least one step must be there: all repeat from 0", body, identifier)
            return Sequence(steps, touching)
        assert isinstance(body, Mapping)
        match key:
            case "line":
                return Line(self.matcher(body, identifier))
            case "keep":
                return Keep(self.matcher(body, identifier))
            case "inline":
                return self.inline(body, identifier)
            case "block":
                first, last = self.part(body, "from", identifier), self.part(body, "to", identifier)
                return Block(first, last, _whole(body, "max_lines", 0))
        side = "from" if body.get("from") is not None else "to"
        return Cut(self.part(body, side, identifier), side == "from", _whole(body, "max_prose", 0))

    def part(self, body: Mapping, key: str, identifier: str) -> Matcher:
        node = body.get(key)
        assert isinstance(node, Mapping)
        return self.matcher(node, identifier)

    def step(self, node: Mapping, identifier: str) -> Step:
        drop = self.part(node, "drop", identifier)
        repeat = _texts(node.get("repeat")) or ("1", "1")
        low, high = map(int, repeat)
        if low > high or not high:
            message = f"repeat: [{low}, {high}] can never be met: write [least, most]"
            self.report("E107", message, node.get("repeat"), identifier)
        return Step(drop, low, high)

    def inline(self, body: Mapping, identifier: str) -> Inline:
        matcher = self.matcher(body, identifier)
        for leaf in _span_leaves(matcher):
            if leaf.form not in (Form.EXACT, Form.REGEX):
                message = f"inline takes 'exact' or 'regex' (all of the span), not {str(leaf.form)!r}"
                self.problems.append(Problem("E109", message, leaf.location, identifier))
            elif any(_literal_chars(leaf, value) < INLINE_MIN_LITERAL_CHARS for value in leaf.values):
                message = (
                    f"an inline pattern holds a literal of {INLINE_MIN_LITERAL_CHARS} characters or more"
                )
                self.problems.append(Problem("E302", message, leaf.location, identifier))
        return Inline(matcher, _text(body, "at"))

    def zone(self, key: str, rule: Mapping, identifier: str) -> Zone | None:
        node = rule.get("zone")
        if node is None:
            return None
        if key not in grammar.ZONED_OPERATIONS:
            self.report(
                "E109", f"a zone does not go with {key!r}: it is for the whole line", node, identifier
            )
        if isinstance(node, Scalar):
            return Zone(node.value)
        assert isinstance(node, Mapping)
        side = next(side for side in grammar.ZONE_SIDES if node.get(side) is not None)
        border = _text(node, "of") or "prose"
        if border == "body" and key in grammar.ZONED_OPERATIONS and key not in grammar.BODY_ZONED_OPERATIONS:
            message = f"'of: body' does not go with {key!r}: what it takes would change from run to run"
            self.report("E109", message, node.get("of"), identifier)
        return Zone(side, _whole(node, side, 0), border)

    def matcher(self, node: Mapping, rule: str) -> Matcher:
        form = next(key for key in grammar.MATCHER_FORMS if node.get(key) is not None)
        value = node.get(form)
        low = _whole(node, "min_chars", 0)
        high = _whole(node, "max_chars", 0) or None
        if high is not None and low > high:
            self.report("E107", f"min_chars {low} is over max_chars {high}", node.get("min_chars"), rule)
        ignore_case = _truth(node, "ignore_case")
        if node.get("ignore_case") is not None and form == "class":
            self.report("E109", "ignore_case does nothing to a class", node.get("ignore_case"), rule)
        unless = node.get("unless")
        made = Matcher(
            Form.ANY_OF if form == "use" else Form(form),
            node.location,
            () if form in ("use", "any_of") else _texts(value),
            self.alternatives(form, value, rule),
            low,
            high,
            ignore_case,
            self.matcher(unless, rule) if isinstance(unless, Mapping) else None,
        )
        self.check_values(form, value, rule)
        if form == "regex":
            made = replace(made, facts=self.facts(made.values))
        return _without_case(made) if ignore_case else made

    def alternatives(self, form: str, value: Node | None, rule: str) -> tuple[Matcher, ...]:
        if form == "any_of":
            return tuple(self.matcher(node, rule) for node in _mappings(value))
        if form != "use":
            return ()
        found = []
        for scalar in _scalars(value):
            self.used_names.add(scalar.value)
            if scalar.value in self.let:
                found.append(self.let[scalar.value])
            else:
                message = f"'let' names no {scalar.value!r} above this{nearest(scalar.value, self.let)}"
                self.report("E204", message, scalar, rule)
        return tuple(found)

    def check_values(self, form: str, value: Node | None, rule: str) -> None:
        if form in ("use", "any_of", "class"):
            return
        for scalar in _scalars(value):
            if form == "regex":
                self.check_pattern(scalar, rule)
            elif not view(scalar.value):
                self.report("E108", "text of invisible characters matches nothing", scalar, rule)

    def facts(self, patterns: tuple[str, ...]) -> tuple[PatternFacts, ...]:
        """The facts of each pattern; none if one of them is broken, which has been reported."""
        try:
            return tuple(map(facts_of, patterns))
        except PatternError:
            return ()

    def check_pattern(self, scalar: Scalar, rule: str) -> None:
        try:
            parse(scalar.value)
        except PatternError as error:
            place = at_offset(scalar, error.offset)
            self.problems.append(Problem("E301", f"regex: {error.message}", place, rule))

    def examples(self, rule: Mapping, identifier: str) -> Iterator[Example]:
        node = rule.get("examples")
        for item in node.values if isinstance(node, Items) else ():
            scalar = item.get("text") if isinstance(item, Mapping) else item
            assert isinstance(scalar, Scalar)
            todo = isinstance(item, Mapping) and _truth(item, "todo")
            example = self.example(scalar, identifier)
            if example is not None:
                yield replace(example, todo=todo)

    def example(self, scalar: Scalar, identifier: str) -> Example | None:
        """`before` and `after` from lines marked `- `, `= `, `~ ` (before) and `> ` (after)."""
        before, after = [], []
        marks = ""
        for number, line in enumerate(scalar.value.removesuffix("\n").split("\n"), 1):
            mark, text = line[:1], line[2:]
            if line.strip() and (mark not in "-=~>" or line[1:2] not in ("", " ")):
                message = f"example line {number} begins with none of '- ', '= ', '~ ', '> '"
                self.report("E110", message, scalar, identifier)
                return None
            marks += mark or " "
            if mark != ">":
                before.append(text)
            if mark in ("", "=", ">"):
                after.append(text)
        if ("~" in marks) != (">" in marks):
            self.report("E110", "'~ ' (before) and '> ' (after) go together", scalar, identifier)
            return None
        return Example(
            "\n".join(before) + "\n",
            "\n".join(after) + "\n" if after else "",
            scalar.location,
            has_removal="-" in marks or "~" in marks,
            has_near_miss="=" in marks,
            marks=marks.replace(">", ""),
        )


def _without_case(matcher: Matcher) -> Matcher:
    """The matcher and all its alternatives without regard to case. `unless` keeps its own."""
    return replace(
        matcher,
        ignore_case=matcher.form != Form.CLASS,
        any_of=tuple(_without_case(inner) for inner in matcher.any_of),
    )


def _span_leaves(matcher: Matcher) -> Iterator[Matcher]:
    if matcher.form == Form.ANY_OF:
        for inner in matcher.any_of:
            yield from _span_leaves(inner)
    else:
        yield matcher


def _literal_chars(leaf: Matcher, value: str) -> int:
    """Characters of the longest literal that every match holds; a broken pattern is reported elsewhere."""
    if leaf.form == Form.EXACT:
        return len(view(value))
    try:
        literals = required(parse(value), fold)
    except PatternError:
        return INLINE_MIN_LITERAL_CHARS
    return min(map(len, literals), default=0)


def _scalars(node: Node | None) -> tuple[Scalar, ...]:
    if isinstance(node, Scalar):
        return (node,)
    return tuple(v for v in node.values if isinstance(v, Scalar)) if isinstance(node, Items) else ()


def _mappings(node: Node | None) -> tuple[Mapping, ...]:
    return tuple(v for v in node.values if isinstance(v, Mapping)) if isinstance(node, Items) else ()


def _texts(node: Node | None) -> tuple[str, ...]:
    return tuple(scalar.value for scalar in _scalars(node))


def _text(node: Mapping, key: str) -> str:
    return next(iter(_texts(node.get(key))), "")


def _truth(node: Mapping, key: str) -> bool:
    return _text(node, key) == "true"


def _whole(node: Mapping, key: str, default: int) -> int:
    return int(_text(node, key) or default)


def _check_together(ruleset: RuleSet) -> Iterator[Problem]:
    """Problems that only show between files."""
    first: dict[str, Pack] = {}
    for pack in ruleset.packs:
        if pack.name in first:
            message = f"a pack {pack.name!r} is there already: {first[pack.name].location}"
            yield Problem("E207", message, pack.location)
        first.setdefault(pack.name, pack)
    yield from _check_circles(first)
    yield from _check_known_by(ruleset)


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


def _check_known_by(ruleset: RuleSet) -> Iterator[Problem]:
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
        if not pack.known_by:
            continue
        for called in _called_in(ruleset, pack):
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


def all_matchers(rule: Rule) -> Iterator[Matcher]:
    """Every matcher of a rule, those within others and `unless` included."""
    return walk(matchers_of(rule.operation))
