"""What sample texts show of a site's template, as rules that might be.

It proposes and decides nothing. What several samples have, as it is or but for a name or a figure, is the
template's. Around such lines it looks for captions above their credits, names above a line of one form, and
boxes from one line to the next. Lines that the rules at hand take already are left out, and headlines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from cleaner.compiler import Program
from cleaner.rules import Form, Kind, matchers_of, walk
from cleaner.samples import MAX_CHARS, MAX_SHARED_CHARS, Samples, Seen, is_writable
from cleaner.segments import CLASSES, is_prose, view

MIN_LABEL_CHARS = 4
"""Characters of a label before a colon, as of every literal that makes a rule specific."""

MIN_OPENING_CHARS = 8
"""Characters of two words that open lines of several pages: `In the` opens headlines, `Written by` not."""

MIN_KNOWN_CHARS = 12
"""Characters of a line that a site may be known by: shorter ones are words that other sites print, too."""

MAX_KNOWN = 8
"""Lines proposed for `known_by`: two are needed, a few more make up for those that an extractor drops."""

MAX_CAPTION_CHARS = 200
MAX_TAIL_PROSE = 300
"""`max_prose` of a proposed cut: a teaser or two."""

MAX_NAMES = 3
MAX_NAME_CHARS = 60
"""Lines of a byline, and characters of each: name, role, place."""

MAX_EXAMPLES = 3
"""Lines of a candidate that its example shows."""

MAX_VALUES = 200
"""Values of a candidate."""

_CUES: dict[Kind, str] = {
    Kind.AD: (
        r"advert|paid (?:for|content|post)|\banzeige\b|werbung|publici|pubblicit|annons|\breklam|sponsor"
    ),
    Kind.FOOTER: (
        r"©|copyright|all rights|alle rechte|droits|derechos|imprint|impressum|terms of"
        r"|\bgmbh\b|\bltd\b|limited"
    ),
    Kind.NOTICE: "cookie|consent|privacy|datenschutz|log ?in|sign in|anmelden|einloggen|subscriber|paywall",
    Kind.COMMENTS: (
        r"\bcomments?\b|kommentar|commentaire|comentario|\bcomentar\b|comment[io]\b|\breply\b|antworten"
        r"|reacties|meinung"
    ),
    Kind.SHARE: (
        r"\bshare|\bteilen|partager|compart[ie]|condividi|\bdeel\b|\bdela\b|facebook|twitter|whatsapp"
        r"|copy link|\bprint\b|drucken|imprim|me gusta|j'aime"
    ),
    Kind.PROMO: r"newsletter|subscribe|\bapp\b|sign up|abonn|membership|donat|spenden|join us|follow us",
    Kind.CAPTION: r"photo|image|picture|\bbild\b|\bfoto|getty|crédit|fotograf",
    Kind.MEDIA: (
        r"video|\bplay\b|watch|listen|audio|podcast|gallery|galerie|\bpoll\b|slideshow"
        r"|vorlesen|anhören|écouter"
    ),
    Kind.RELATED: (
        "(?:read|see) (?:more|also|next)|more (?:from|on|about|stories)|related|mehr|lesen sie|auch interess"
        r"|\blire\b|\bleer\b|most (?:read|popular)|trending|topics?\b|\btags\b|themen|\btemas\b|etiquetas"
        r"|m[aá]s (?:le[ií]do|visto|noticias)|mais lidas|più letti|plus lus?\b|meest gelezen"
        r"|mest lest|lees ook|te puede interesar|leia (?:mais|também)|leggi anche|à lire"
    ),
    Kind.BYLINE: (
        r"^by |^von |^par |^por |updated|published|aktualisiert|veröffentlicht|minutes? read|min read"
        r"|\b\d{1,2}:\d\d\b|\b\d{1,2}\b.{1,16}\b(?:19|20)\d\d\b|author|reporter|correspondent|actualizad|aggiornat"
    ),
    Kind.NAV: "skip|menu|search|suche|^home|navigation|back to|zurück|sections?$|language",
}
"""Words that hint at a kind; the first kind that has one counts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rule that might be: its operation as YAML, the lines that its example shows, and where they stand.

    `lines` are the lines of the samples that need no other candidate. `near` says where the example has
    running text, if it must have some: `above` the lines that go or `below` them. `sureness` groups
    candidates, the surest first.
    """

    id: str
    kind: Kind
    why: str
    operation: tuple[str, ...]
    shown: tuple[str, ...]
    lines: frozenset[str]
    near: str = ""
    sureness: int = 0


# Lines that a site is known by


def known_by(host: str, samples: Samples, program: Program) -> list[str]:
    """Whole lines that most samples have and that seem to be the site's alone: with its name first, then
    the longest.

    No line with a figure (years and counts change), no teaser, none that a rule at hand takes or a pack
    spells out (then other sites print it, too).
    """
    common = set(_spelt_out(program)) | samples.teasers
    names = {"".join(filter(str.isalnum, part)) for part in host.split(".")[:-1]}
    names = {name for name in names if len(name) > 3}

    def is_named(text: str) -> bool:
        letters = "".join(filter(str.isalnum, text.lower()))
        return any(name in letters for name in names)

    def is_fit(line: Seen) -> bool:
        text = line.text
        has_letters = sum(map(str.isalpha, text)) * 2 > len(text)
        is_telling = MIN_KNOWN_CHARS <= len(text) <= MAX_CHARS and not re.search(r"\d", text)
        is_own = is_named(text) or guess(text) not in _KINDS_OF_ANY_SITE
        return is_telling and has_letters and is_own and samples.is_shared(line) and text not in common

    fit = dict.fromkeys(line.text for line in samples.lines if is_fit(line))
    ranked = sorted(fit, key=lambda text: (not is_named(text), -len(text)))
    return ranked[:MAX_KNOWN] if len(fit) > 1 else []


_KINDS_OF_ANY_SITE = frozenset({Kind.COMMENTS, Kind.NOTICE, Kind.SHARE, Kind.BYLINE})
"""What such lines say, any site may say in the same words: `Log in to comment`."""


def _spelt_out(program: Program) -> Iterator[str]:
    """Views of whole lines that any pack names: to be known by, or to remove."""
    for pack in program.ruleset.packs:
        yield from map(view, pack.known_by)
        for rule in pack.rules:
            for matcher in walk(matchers_of(rule.operation)):
                if matcher.form is Form.EXACT:
                    yield from map(view, matcher.values)


# Candidates


def candidates(samples: Samples) -> list[Candidate]:
    """What looks like furniture in the samples and is not taken yet."""
    skipped = set(samples.titles)
    found: list[Candidate] = []
    for propose in (_labels, _ends, _patterns, _captions, _bylines, _boxes, _shared, _alone):
        for candidate in propose(samples, skipped):
            often = sum(other.id.startswith(candidate.id) for other in found)
            found.append(replace(candidate, id=f"{candidate.id}-{often + 1}") if often else candidate)
            skipped |= candidate.lines
    return sorted(found, key=lambda each: each.sureness)


Skipped = Collection[str]


def _labels(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """What stands before a colon on several pages: `Tags: ...`."""
    found: dict[str, list[Seen]] = {}
    for line in samples.rare(skipped):
        if label := _label(line.text):
            found.setdefault(label, []).append(line)
    yield from _by_kind("label", "prefix", _on_pages(samples.some, found), samples)


def _label(text: str) -> str:
    """A line's first words with their colon, if they are few and more follows; else nothing."""
    label = text.partition(":")[0] + ":"
    has_words = re.search(r"[^\W\d_]{3}", label) is not None
    is_label = MIN_LABEL_CHARS < len(label) < len(text) and label.count(" ") < 4 and has_words
    return label if is_label else ""


_SEPARATOR = re.compile(" [/|>\u00bb\u203a\u2022\u00b7] ")


def _ends(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """What stands before, behind or between slashes or bars in lines of several pages: `Home / Coast`, or
    `... / HARBOUR POST / ...`. Of a line's parts the one that most lines have."""
    found: dict[tuple[str, str], list[Seen]] = {}
    for line in samples.lines:
        if not samples.is_shared(line) and line.text not in skipped:
            for part in _parts(line.text):
                found.setdefault(part, []).append(line)
    chosen: dict[str, dict[str, list[Seen]]] = {}
    taken: set[str] = set()
    for (form, value), lines in sorted(found.items(), key=lambda item: -len(item[1])):
        free = [line for line in lines if line.text not in taken]
        if _on_pages(samples.some, {value: free}):
            chosen.setdefault(form, {})[value] = free
            taken |= {line.text for line in free}
    for form in sorted(chosen):
        yield from _by_kind("part", form, chosen[form], samples)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a line between slashes or bars, with these, each with the form that would match it.

    >>> list(_parts("Boats / POST / Ada Quill"))
    [('prefix', 'Boats / '), ('suffix', ' / Ada Quill'), ('contains', ' / POST / ')]
    """
    places = [match.span() for match in _SEPARATOR.finditer(text)]
    if not places:
        return
    parts = [("prefix", text[: places[0][1]]), ("suffix", text[places[-1][0] :])]
    parts += [("contains", text[start:end]) for (start, _), (_, end) in pairwise(places)]
    yield from ((form, part) for form, part in parts if sum(map(str.isalpha, part)) >= MIN_LABEL_CHARS)


def _on_pages(least: int, found: dict[str, list[Seen]]) -> dict[str, list[Seen]]:
    """Those of the groups of lines that have two different lines, and lines of so many pages."""

    def is_on(lines: list[Seen]) -> bool:
        return len({line.text for line in lines}) > 1 and len({line.page for line in lines}) >= least

    return {key: lines for key, lines in found.items() if is_on(lines)}


_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def _patterns(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """Lines that differ from page to page in their figures only, or in a name between the same words."""
    lines = list(samples.rare(skipped))
    figures: dict[str, list[Seen]] = {}
    for line in lines:
        if _FIGURE.search(line.text) and _is_specific(_FIGURE.split(line.text)):
            figures.setdefault(_FIGURE.sub("0", line.text), []).append(line)
    figures = _on_pages(samples.some, figures)
    taken = {line.text for of in figures.values() for line in of}
    names: dict[str, list[Seen]] = {}
    for line in lines:
        opening = " ".join(line.text.split(" ")[:2])
        is_long = MIN_OPENING_CHARS <= len(opening) < len(line.text)
        if is_long and line.text not in taken and samples.side(line) != "within":
            names.setdefault(opening, []).append(line)
    found = {_figure_pattern([line.text for line in of]): of for of in figures.values()}
    for of in _on_pages(samples.most, names).values():
        found[_name_pattern([line.text for line in of])] = of
    yield from _by_kind("pattern", "regex", found, samples)


def _is_specific(pieces: Iterable[str]) -> bool:
    return any(len(piece.strip()) >= MIN_LABEL_CHARS for piece in pieces)


def _figure_pattern(lines: Sequence[str]) -> str:
    """
    >>> _figure_pattern(["7 readers", "1,204 readers"])
    '[\\\\d.,]{1,6} readers'
    """
    figures = [figure for line in lines for figure in _FIGURE.findall(line)]
    most = max(4, *map(len, figures)) + 1
    digit = r"\d" if all(map(str.isdecimal, figures)) else r"[\d.,]"
    return f"{digit}{{1,{most}}}".join(map(_escaped, _FIGURE.split(lines[0])))


def _name_pattern(lines: Sequence[str]) -> str:
    """The words that open all the lines, up to 60 characters of anything, the words that end all.

    >>> _name_pattern(["Written by Ada Quill for us", "Written by L. Moor for us"])
    'Written by .{1,60} for us'
    """
    split_lines = [line.split(" ") for line in lines]
    opening = _common([words[:-1] for words in split_lines])
    ending = _common([words[len(opening) + 1 :][::-1] for words in split_lines])[::-1]
    most = max(60, *map(len, lines))
    words = [_escaped(" ".join(opening)), f".{{1,{most}}}", _escaped(" ".join(ending))]
    return " ".join(word for word in words if word)


def _common(lists: Sequence[Sequence[str]]) -> list[str]:
    """The words that all lists begin with."""
    alike = takewhile(lambda words: len(set(words)) == 1, zip(*lists, strict=False))
    return [words[0] for words in alike]


def _escaped(text: str) -> str:
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)


def _captions(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """A line of its own right above a credit (`Photo: ...`), the two with a blank line above them."""
    found: dict[str, list[tuple[Seen, Seen]]] = {}
    for page in samples.pages:
        for caption, credit in pairwise(page):
            label = _label(credit.text)
            is_credit = credit.taken is Kind.CAPTION or guess(label) is Kind.CAPTION
            is_pair = caption.opens and not credit.opens and is_writable(credit.text)
            is_caption = caption.is_left and samples.counts[caption.text] == 1
            if label and is_credit and is_pair and is_caption and _is_short_line(caption.text):
                found.setdefault(label, []).append((caption, credit))
    pairs = [pair for pairs in found.values() for pair in pairs]
    if len(pairs) < 2:
        return
    steps = [
        "sequence:",
        f"  - drop: {{class: any, max_chars: {MAX_CAPTION_CHARS}, unless: {{class: prose}}}}",
        "  - drop:",
        *(f"      {line}" for line in listed("prefix", found)),
        f"      max_chars: {MAX_CAPTION_CHARS}",
        "touching: true",
    ]
    captions = frozenset(caption.text for caption, _ in pairs)
    why = f"a caption with its credit right below, on {samples.count(captions)}"
    shown = tuple(line.text for line in pairs[0])
    yield Candidate("caption-above-credit", Kind.CAPTION, why, tuple(steps), shown, captions, "above")


def _is_short_line(text: str) -> bool:
    return len(text) <= MAX_CAPTION_CHARS and not is_prose(text)


def _bylines(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """Names above a line that all pages have in one form, such as a user name or `Last modified on ...`: one
    to three lines, with a blank line above them."""
    found: dict[str, dict[int, tuple[list[str], str]]] = {}
    for line in samples.lines:
        if line.opens and samples.side(line) == "above":
            names: list[str] = []
            for below in samples.paragraph(line)[: MAX_NAMES + 1]:
                if names and (form := _form(below.text)):
                    found.setdefault(form, {}).setdefault(line.page, (names, below.text))
                    break
                if below.text in skipped or not below.is_left or len(below.text) > MAX_NAME_CHARS:
                    break
                names.append(below.text)
    for form, by_page in found.items():
        if len(by_page) >= samples.most:
            yield _byline(form, list(by_page.values()), samples)


def _byline(form: str, found: Sequence[tuple[list[str], str]], samples: Samples) -> Candidate:
    most = max(len(names) for names, _ in found)
    steps = [
        "sequence:",
        f"  - drop: {{class: any, max_chars: {MAX_NAME_CHARS}, unless: {{class: prose}}}}",
        f"    repeat: [1, {most}]",
        f"  - drop: {{{form}, max_chars: {MAX_CHARS}}}",
        "touching: true",
        "zone: head",
    ]
    names, last = max(found, key=lambda each: len(each[0]))
    lines = frozenset(text for names, last in found for text in (*names, last))
    why = f"names right above a line of this form, on {samples.count(lines)}"
    return Candidate("byline", Kind.BYLINE, why, tuple(steps), (*names, last), lines, "below")


def _form(text: str) -> str:
    """The matcher of a line that tells a byline: a class of lines, or a label with its colon."""
    named = next((name for name in ("handle", "email") if CLASSES[name](text)), "")
    label = _label(text) if is_writable(text) else ""
    return f"class: {named}" if named else f"prefix: {flow(label)}" if label else ""


def _boxes(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """From a heading that all pages have to the next line that all have, with other lines between on at least
    two pages: `Most read`, this week's teasers, `Contact`. If nothing comes after them, a cut."""
    if len(samples.pages) < 2:
        return
    covered = set(skipped) - samples.titles
    items = {line.text for page in samples.pages for line in page if line.is_item}
    for first, last in pairwise([*(text for text in samples.landmarks if text not in items), ""]):
        if len(first) > MAX_CHARS or len(last) > MAX_CHARS or not samples.is_close(first, last):
            continue
        between = samples.between(first, last)
        own = [[line for line in lines if _is_boxed(line, samples, covered)] for lines in between]
        is_below = any(samples.side(line) == "below" for lines in own for line in lines)
        if sum(map(bool, own)) >= samples.some and is_below:
            yield _box(first, last, between, [line.text for line in max(own, key=len)], samples)


def _is_boxed(line: Seen, samples: Samples, covered: Skipped) -> bool:
    return line.is_left and not samples.is_shared(line) and line.text not in covered


def _box(
    first: str, last: str, between: Sequence[Sequence[Seen]], own: Sequence[str], samples: Samples
) -> Candidate:
    landmark = f"  from: {{exact: {flow(first)}}}"
    if last:
        bound = f"  max_lines: {max(map(len, between)) + 6}"
        operation: tuple[str, ...] = ("block:", landmark, f"  to: {{exact: {flow(last)}}}", bound)
        why, near = "the box from this heading to the line that comes next", ""
    else:
        operation = ("cut:", landmark, f"  max_prose: {MAX_TAIL_PROSE}")
        why, near = "below this heading come only links", "above"
    shown = tuple(filter(None, (first, *own[: MAX_EXAMPLES - 1], last)))
    inside = Counter(line.text for of in between for line in of)
    everywhere = Counter(line.text for page in samples.pages for line in page if line.text in inside)
    lines = frozenset(text for text in inside if inside[text] == everywhere[text])
    heading = samples.pages[0][samples.places[first][0]]
    kind = heading.taken or _kind(heading, samples)
    near = "above" if any(map(is_prose, shown)) else near
    why = f"{why}, on {samples.count({first})}"
    return Candidate(f"{kind}-box", kind, why, operation, shown, lines, near)


def _shared(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """Lines that several pages have; those that move with the teasers may be gone next week."""
    for sureness, part in ((0, ""), (1, "some")):
        found: dict[str, list[Seen]] = {}
        for line in samples.lines:
            is_sure = samples.is_shared(line) and line.text not in samples.teasers
            is_common = samples.counts[line.text] >= samples.some and line.text not in skipped
            if is_common and is_sure is (sureness == 0):
                found.setdefault(line.text, []).append(line)
        yield from _by_kind(part, "exact", found, samples, sureness)


def _alone(samples: Samples, skipped: Skipped) -> Iterator[Candidate]:
    """Of a single sample, which is all there is: short lines above its running text or below."""
    if len(samples.pages) == 1:
        lines = [line for line in samples.rare(skipped) if samples.side(line) != "within"]
        yield from _by_kind("one", "exact", {line.text: [line] for line in lines}, samples, 2)


def _by_kind(
    part: str, form: str, found: dict[str, list[Seen]], samples: Samples, sureness: int = 0
) -> Iterator[Candidate]:
    """One candidate for each kind and place; `found` maps what to look for to the lines that show it.

    Whole lines only above the article are for the head of the page alone, and single words only below it for
    the tail: a section's name is a word that a sub-headline may be.
    """
    groups: dict[tuple[Kind, str, str], list[str]] = {}
    for value, of in found.items():
        sides = {samples.side(line) for line in of}
        place = sides.pop() if len(sides) == 1 else "anywhere"
        zone = "" if form != "exact" or is_prose(value) else _zone(value, place, sureness)
        groups.setdefault((_kind(of[0], samples, form), place, zone), []).append(value)
    for (kind, place, zone), values in sorted(groups.items()):
        values = values[:MAX_VALUES]
        operation = ["line:", *(f"  {line}" for line in listed(form, values))]
        most = max((len(line.text) for value in values for line in found[value]), default=0)
        most = MAX_CHARS if most <= MAX_CHARS else MAX_SHARED_CHARS
        operation += [f"  max_chars: {most}"] if form in ("prefix", "suffix", "contains") else []
        operation += [f"zone: {zone}"] if zone else []
        shown = tuple(found[value][0].text for value in values[:MAX_EXAMPLES])
        texts = frozenset(text for text in samples.counts if _takes(form, values, most, text))
        needs_prose = zone == "tail" or any(map(is_prose, shown))
        near = "below" if zone == "head" else "above" if needs_prose else ""
        why = f"{_PLACES[place]}, on {samples.count(texts)}"
        name = "-".join(filter(None, (kind, part, "words" if zone == "tail" else "", place)))
        yield Candidate(name, kind, why, tuple(operation), shown, texts, near, sureness)


def _zone(line: str, place: str, sureness: int) -> str:
    is_word = place == "below" and (sureness > 0 or " " not in line)
    return "tail" if is_word else "head" if place == "above" else ""


def _takes(form: str, values: Collection[str], most: int, text: str) -> bool:
    match form:
        case "exact":
            return text in values
        case "regex":
            return any(re.fullmatch(value, text) for value in values)
        case "prefix":
            has_one = text.startswith(tuple(values))
        case "suffix":
            has_one = text.endswith(tuple(values))
        case _:
            has_one = any(value in text for value in values)
    return has_one and len(text) <= most


_PLACES = {
    "above": "above the text",
    "within": "in the middle of the text",
    "below": "below the text",
    "anywhere": "above, in or below the text",
}


def listed(key: str, values: Iterable[str]) -> Iterator[str]:
    yield f"{key}:"
    yield from (f"  - {quoted(value)}" for value in values)


def _kind(line: Seen, samples: Samples, form: str = "exact") -> Kind:
    """By words that hint at a kind; else by the lines of its paragraph that rules take; else by its side.
    What stands behind the words of an article, or between them, is a credit."""
    if form in ("suffix", "contains"):
        return guess(line.text) or Kind.CAPTION
    return guess(line.text) or _kind_around(line, samples) or _DEFAULT_KINDS[samples.side(line)]


_DEFAULT_KINDS = {"above": Kind.NAV, "within": Kind.RELATED, "below": Kind.RELATED}


def _kind_around(line: Seen, samples: Samples) -> Kind | None:
    """The kind of the nearest taken line, since what a box holds is of one kind; in the menus above the text
    the most frequent one. Dates stand by everything and say nothing."""
    near = sorted(samples.paragraph(line), key=lambda other: abs(other.at - line.at))
    kinds = [other.taken for other in near if other.taken not in (None, Kind.BYLINE)]
    if samples.side(line) == "above":
        kinds = [kind for kind, _ in Counter(kinds).most_common(1)]
    return kinds[0] if kinds else None


def guess(line: str) -> Kind | None:
    """What a line may be, by words that hint at it.

    >>> str(guess("Sign up for our newsletter")), guess("Fisheries")
    ('promo', None)
    """
    return next((kind for kind, cue in _CUES.items() if re.search(cue, line, re.IGNORECASE)), None)


# As YAML


_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.!?()/&+'’-]*[\w.!?)])?")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def quoted(text: str) -> str:
    """Text as YAML, in quotes where a reader might take it for something else.

    >>> quoted("Read more"), quoted("On"), quoted("Photo: it's")
    ('Read more', "'On'", "'Photo: it''s'")
    """
    is_number = " " not in text and any(map(str.isdecimal, text))  # E0 is one to some readers
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML and not is_number
    return text if is_plain else _in_quotes(text)


def flow(text: str) -> str:
    """The same between braces, where a comma would end it."""
    return quoted(text) if "," not in text else _in_quotes(text)


def _in_quotes(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
