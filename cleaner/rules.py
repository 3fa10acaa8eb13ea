"""The rule language as frozen values: what a pack says, before anything is compiled.

The loader makes these from YAML, the compiler reads them. They hold strings as their author wrote
them, and the place of everything that an error or a removal may want to point at. They know nothing
of documents, of YAML or of regex engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Sequence as Seq
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

from cleaner.errors import Location


class Kind(StrEnum):
    """What a removed line is. A closed list, so that `--strip` and `--keep` mean the same anywhere."""

    NAV = "nav"
    CAPTION = "caption"
    FOOTER = "footer"
    BYLINE = "byline"
    RELATED = "related"
    PROMO = "promo"
    AD = "ad"
    MEDIA = "media"
    SHARE = "share"
    COMMENTS = "comments"
    NOTICE = "notice"
    CODE = "code"


KIND_MEANINGS: dict[Kind, str] = {
    Kind.NAV: "menus, skip links, breadcrumbs, kickers",
    Kind.CAPTION: "captions of pictures, with their credits",
    Kind.FOOTER: "copyright, imprint, agency and source lines",
    Kind.BYLINE: "names, dates, reading time, author boxes",
    Kind.RELATED: "links to other articles",
    Kind.PROMO: "newsletters, apps, membership, donations, contact",
    Kind.AD: "advertisements and their labels",
    Kind.MEDIA: "players, galleries, embeds, widgets, polls",
    Kind.SHARE: "share and save buttons",
    Kind.COMMENTS: "readers' comments and the boxes around them",
    Kind.NOTICE: "paywall, consent, account dialogs, disclaimers",
    Kind.CODE: "shortcodes and template leftovers",
}


class Form(StrEnum):
    """How a matcher looks at a line. Exactly one form a matcher."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    CONTAINS = "contains"
    REGEX = "regex"
    CLASS = "class"
    ANY_OF = "any_of"


TEXT_FORMS = frozenset({Form.EXACT, Form.PREFIX, Form.SUFFIX, Form.CONTAINS})
REGEX_MAX_CHARS = 2_000
"""Characters of a line that a regex sees unless its `max_chars` says otherwise: furniture is shorter
than that, and a quadratic pattern stays cheap on it."""


@dataclass(frozen=True, slots=True)
class PatternFacts:
    """What is read from a regex's tree once, when it is loaded, so that nobody need parse it again.

    `source` is the pattern for the `regex` module, over views. Every match begins with one of
    `heads`, ends with one of `tails` and holds one of `inner`, all case-folded and with a 0 for every
    number; an empty tuple means that nothing is known. No match is longer than `max_chars`. `degree`
    and `is_nested` say how steep its cost may get.
    """

    source: str
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    inner: tuple[str, ...]
    degree: int
    is_nested: bool
    max_chars: int | None = None


@dataclass(frozen=True, slots=True)
class Matcher:
    """A test of one line's view.

    `values` are the alternatives of the text forms, of `regex` and of `class`; `any_of` holds those
    of the form `any_of` (where a `use` of the pack's `let` stands too). `min_chars` and `max_chars`
    count characters of the view, both included. `unless` is another test that spares the line.
    `facts` has one entry for each value of a regex that came through the loader.
    """

    form: Form
    location: Location
    values: tuple[str, ...] = ()
    any_of: tuple[Matcher, ...] = ()
    min_chars: int = 0
    max_chars: int | None = None
    ignore_case: bool = False
    unless: Matcher | None = None
    facts: tuple[PatternFacts, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Line:
    """Remove each line that matches."""

    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Inline:
    """Remove the matching span of a line, at its `start`, its `end` or `anywhere`; never all of it."""

    matcher: Matcher
    at: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence: from `min_count` to `max_count` lines that match `drop`."""

    drop: Matcher
    min_count: int = 1
    max_count: int = 1


@dataclass(frozen=True, slots=True)
class Sequence:
    """Remove consecutive lines, step by step. `touching`: no blank line may lie between them."""

    steps: tuple[Step, ...]
    touching: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Remove from a line that matches `first` to the nearest below that matches `last`, both
    included, if at most `max_lines` surviving lines lie there."""

    first: Matcher
    last: Matcher
    max_lines: int


@dataclass(frozen=True, slots=True)
class Cut:
    """Remove from the landmark to the end of the document (`to_end`), or from its start to the
    landmark, if that takes at most `max_prose` characters of prose."""

    landmark: Matcher
    to_end: bool
    max_prose: int


@dataclass(frozen=True, slots=True)
class Keep:
    """Remove nothing: protect each line that matches."""

    matcher: Matcher


Operation: TypeAlias = Line | Inline | Sequence | Block | Cut | Keep


class Zone(NamedTuple):
    """Where a rule may act: before the first surviving line of prose (`head`) or after the last
    (`tail`), sparing the `spared` surviving lines nearest to the prose.

    `of` is `prose`, or `body`: then the border is not all prose but the body's core, where prose is
    dense (see `cleaner.cores`), and prose outside of it lies in the zone.
    """

    side: str
    spared: int = 0
    of: str = "prose"


@dataclass(frozen=True, slots=True)
class Example:
    """A small document that a rule must treat as its author says.

    `before` is the document, `after` what must be left of it; `marks` has the author's mark of each
    line of `before`: `-`, `=`, `~`, and a space for a blank one. `todo` marks a case that is known to
    fail still.
    """

    before: str
    after: str
    location: Location
    todo: bool = False
    has_removal: bool = True
    has_near_miss: bool = True
    marks: str = ""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A finding of `rules check` that a rule's author accepts, by the check's name, and why."""

    check: str
    why: str
    location: Location


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one pack. `kind` is None for `keep` alone. `seen` is (first, last), ISO dates or
    empty strings: it describes the rule and never switches it."""

    pack: str
    id: str
    kind: Kind | None
    why: str
    operation: Operation
    location: Location
    zone: Zone | None = None
    examples: tuple[Example, ...] = ()
    seen: tuple[str, str] = ("", "")
    accepts: tuple[Acceptance, ...] = ()

    @property
    def name(self) -> str:
        """The full name, `pack/id`: in every record, and never reused."""
        return f"{self.pack}/{self.id}"


class Layer(StrEnum):
    """Where a pack stands in the order of rules: kits, languages, sites, then the user's own."""

    KIT = "kit"
    LANGUAGE = "lang"
    SITE = "site"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of rules and the pages that it serves.

    `sites`: host patterns (see `cleaner.stacks.serves_host`); none means every site. `languages`:
    BCP 47 tags; none means every language. `extractors`: none means every extractor, some means
    only when the document's extractor is given and among them. `rules` may still have to be read, one by
    one. `references`: (key, name, place) of each name in `uses` and `disable`.
    """

    name: str
    layer: Layer
    location: Location
    rules: Seq[Rule]
    title: str = ""
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    extractors: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    only_used: bool = False
    known_by: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    unused_lets: tuple[tuple[str, Location], ...] = ()
    references: tuple[tuple[str, str, Location], ...] = ()

    @property
    def is_general(self) -> bool:
        """Whether it serves pages of all sites: languages, and kits that nobody has to use."""
        return not self.sites and not self.only_used and self.layer in (Layer.KIT, Layer.LANGUAGE)


@dataclass(frozen=True)
class RuleSet:
    """All packs that were loaded, in the order in which their rules stand.

    `digest` stands for every byte that the shipped ones were read from; empty if there are none.
    """

    packs: tuple[Pack, ...] = field(default=())
    digest: str = field(default="", compare=False, repr=False)

    @cached_property
    def by_name(self) -> dict[str, Pack]:
        """Packs by name."""
        return {pack.name: pack for pack in self.packs}

    @cached_property
    def packs_by_site(self) -> dict[str, list[Pack]]:
        """Packs by each of the site names that they serve, itself or below it."""
        found: dict[str, list[Pack]] = {}
        for pack in self.packs:
            for pattern in pack.sites:
                if not pattern.startswith("!"):
                    found.setdefault(pattern.removeprefix("="), []).append(pack)
        return found

    def rule(self, name: str) -> Rule:
        """The rule with the full name `pack/id`; KeyError if there is none."""
        pack_name, _, rule_id = name.rpartition("/")
        for rule in self.by_name[pack_name].rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(name)

    def __iter__(self) -> Iterator[Rule]:
        for pack in self.packs:
            yield from pack.rules


def matchers_of(operation: Operation) -> tuple[Matcher, ...]:
    """The matchers that an operation holds, in the order in which they are written."""
    match operation:
        case Line(matcher) | Inline(matcher) | Keep(matcher):
            return (matcher,)
        case Sequence(steps):
            return tuple(step.drop for step in steps)
        case Block(first, last):
            return (first, last)
        case Cut(landmark):
            return (landmark,)


def walk(matchers: Iterable[Matcher]) -> Iterator[Matcher]:
    """Every matcher below these, themselves included, `unless` too."""
    for matcher in matchers:
        yield matcher
        yield from walk(matcher.any_of)
        if matcher.unless is not None:
            yield from walk([matcher.unless])
