"""One rule file: from nodes that were checked against the grammar to a pack of rules.

Nothing is compiled here, save that each pattern is parsed, so that a slip in it is reported with its
place in the file. What only shows between files is the loader's affair, and so is where files come from:
it imports this module when a file has to be read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from cleaner import grammar, nodes
from cleaner.errors import Location, Problem
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
    Sequence,
    Step,
    Zone,
)
from cleaner.segments import fold, view
from cleaner.structure import at_offset, check, nearest

INLINE_MIN_LITERAL_CHARS = 2
"""Characters of the literal that each match of an inline pattern must hold."""

_LAYERS = {"kit": Layer.KIT, "lang": Layer.LANGUAGE}


class Reading(NamedTuple):
    """What was read of one file: its pack, if it is sound enough to be one, and every problem of it.

    `name` is what the file's path says that its pack is called.
    """

    name: str
    pack: Pack | None
    problems: tuple[Problem, ...] = ()


def read_pack(path: Path, label: str, layer: Layer | None) -> Reading:
    """The pack of a file that messages call `label`; `layer` is where it stands, None: its folder says."""
    name = _name_by_path(path)
    tree = nodes.read(path, label)
    found = list(check(tree.root, grammar.PACK)) if tree.root is not None else []
    if found or tree.problems or not isinstance(tree.root, Mapping):
        problems = (*tree.problems, *(_with_rule(problem, tree.root) for problem in found))
        return Reading(name, None, problems)
    builder = _PackBuilder(tree.root, path, layer)
    return Reading(name, builder.build(), tuple(builder.problems))


def _name_by_path(path: Path) -> str:
    """What a file's path says the name of its pack is."""
    folder = path.parent.name
    return f"{folder}.{path.stem}" if folder in _LAYERS else path.stem


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
            references=tuple(
                (key, name.value, name.location)
                for key in ("uses", "disable")
                for name in _scalars(self.root.get(key))
            ),
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
