"""A pack file to start from: the language on one screen, and what sample texts show of a site's template.

It proposes and decides nothing: candidates are comments. A line is one if several samples share it (as it
is, but for its figures, or in what stands before its colon), or if it is short and stands before the first
line of prose or after the last. Lines that the rules at hand take already are left out, and so is prose
that only one sample has: that is the article.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from cleaner.compiler import Program
from cleaner.engine import clean
from cleaner.rules import KIND_MEANINGS, Kind
from cleaner.segments import is_prose, split, views
from cleaner.stacks import host_of

MAX_CHARS = 120
"""Characters of a candidate that one sample alone shows: longer lines there say what the article says."""

MIN_LABEL_CHARS = 4
"""Characters of a label before a colon, as of every literal that makes a rule specific."""

MAX_EXAMPLES = 3
"""Lines of a candidate that its example shows."""

_CUES: dict[Kind, str] = {
    Kind.AD: "advert|anzeige|werbung|publicit|publicidad|pubblicit|annonse|annons|reklam|sponsor",
    Kind.FOOTER: "©|copyright|all rights|alle rechte|droits|derechos|imprint|impressum|terms of",
    Kind.NOTICE: "cookie|consent|privacy|datenschutz|log ?in|sign in|anmelden|einloggen|subscriber|paywall",
    Kind.COMMENTS: r"\bcomments?\b|kommentar|commentaire|comentario|\breply\b|antworten",
    Kind.SHARE: r"\bshare|teilen|partager|compartir|facebook|twitter|whatsapp|copy link|\bprint\b|drucken",
    Kind.PROMO: r"newsletter|subscribe|\bapp\b|sign up|abonn|membership|donat|spenden|join us|follow us",
    Kind.CAPTION: r"photo|image|picture|\bbild\b|\bfoto|getty|crédit|fotograf",
    Kind.MEDIA: r"video|\bplay\b|watch|listen|audio|podcast|gallery|galerie|\bpoll\b|slideshow",
    Kind.RELATED: (
        "read (?:more|also|next)|more (?:from|on|about|stories)|related|mehr|lesen sie|auch interess"
        r"|\blire\b|\bleer\b|most (?:read|popular)|trending|topics?\b|\btags?\b"
    ),
    Kind.BYLINE: (
        r"^by |^von |^par |^por |updated|published|aktualisiert|veröffentlicht|minutes? read|min read"
        r"|\b\d{1,2}:\d\d\b|\b(?:19|20)\d\d\b|author|reporter|correspondent"
    ),
    Kind.NAV: "skip|menu|search|suche|^home|navigation|back to|zurück|sections?$|language",
}
"""Words that hint at a kind; the first kind that has one counts."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Lines that one rule might take: how it would look for them (`form`, `values`), and what they are."""

    id: str
    kind: Kind
    form: str
    values: tuple[str, ...]
    shown: tuple[str, ...]
    from_one: bool = False


def draft(site: str, samples: Sequence[str], program: Program, schema: str = "pack.schema.json") -> str:
    """The text of a pack file for a site. `schema` is where the file's editor finds the language's schema."""
    host = host_of(site)
    lines = [f"# yaml-language-server: $schema={schema}", *_lesson(), "", *_head(host)]
    lines += _rules(candidates(host, samples, program))
    return "\n".join(lines) + "\n"


def candidates(host: str, samples: Sequence[str], program: Program) -> list[Candidate]:
    """What looks like furniture in the samples and is not taken yet."""
    pages = [_survivors(text, host, program) for text in samples]
    seen = Counter(line for page in pages for line in dict.fromkeys(page))
    shared = [line for line, count in seen.items() if count > 1]
    single = [line for line, count in seen.items() if count == 1]
    labels = _shared_labels(pages, single)
    taken = {line for lines in labels.values() for line in lines}
    figures = _shared_figures(pages, [line for line in single if line not in taken])
    taken |= {line for lines in figures.values() for line in lines}
    above = {line for page in pages for line in _before_prose(page)}
    found = [
        *_by_kind("", "exact", {line: (line,) for line in shared}, above),
        *_by_kind("label", "prefix", labels, above),
        *_by_kind("figures", "regex", figures, above),
    ]
    for part, short in (("head", _before_prose), ("tail", _after_prose)):
        lines = (line for page in pages for line in short(page))
        own = {line: (line,) for line in lines if seen[line] == 1 and line not in taken}
        taken |= own.keys()
        found += _by_kind(part, "exact", own, above, from_one=True)
    return found


def _survivors(text: str, host: str, program: Program) -> list[str]:
    """The views, without list markers, of the lines that the rules at hand leave."""
    return [views(line)[-1] for line in split(clean(text, program, site=host).text) if views(line)[0]]


def _shared_labels(pages: Iterable[list[str]], lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What stands before a colon on several pages, with the lines that it begins."""
    wanted = {line for line in lines if len(line) <= MAX_CHARS and not is_prose(line)}
    found: dict[str, dict[str, int]] = {}
    for number, page in enumerate(pages):
        for line in page:
            label = line.partition(":")[0] + ":"
            if line in wanted and MIN_LABEL_CHARS < len(label) < len(line) and label.count(" ") < 4:
                found.setdefault(label, {})[line] = number
    return {label: tuple(of) for label, of in found.items() if len(set(of.values())) > 1}


_FIGURES = re.compile(r"\d+")


def _shared_figures(pages: Iterable[list[str]], lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Patterns of lines that differ from page to page in their figures only, with those lines."""
    wanted = {line for line in lines if len(line) <= MAX_CHARS and not is_prose(line)}
    found: dict[str, dict[str, int]] = {}
    for number, page in enumerate(pages):
        for line in page:
            pattern = r"\d{1,4}".join(map(_escaped, _FIGURES.split(line)))
            if line in wanted and pattern != _escaped(line) and re.search(r"[^\W\d_]{3}", line):
                found.setdefault(pattern, {})[line] = number
    return {pattern: tuple(of) for pattern, of in found.items() if len(set(of.values())) > 1}


def _escaped(text: str) -> str:
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)


def _before_prose(page: list[str]) -> list[str]:
    first = next((at for at, line in enumerate(page) if is_prose(line)), 0)
    return [line for line in page[:first] if len(line) <= MAX_CHARS]


def _after_prose(page: list[str]) -> list[str]:
    last = next((at for at in range(len(page) - 1, -1, -1) if is_prose(page[at])), len(page))
    return [line for line in page[last + 1 :] if len(line) <= MAX_CHARS]


def _by_kind(
    part: str,
    form: str,
    found: Mapping[str, tuple[str, ...]],
    above: Collection[str],
    from_one: bool = False,
) -> Iterator[Candidate]:
    """One candidate for each kind; `found` maps what to look for to the lines that show it, `above` are
    lines that stand above the prose."""
    kinds: dict[Kind, list[str]] = {}
    for value in found:
        kinds.setdefault(guess(found[value][0], found[value][0] in above), []).append(value)
    for kind, values in sorted(kinds.items()):
        shown = [line for value in values for line in found[value][:1]]
        name = f"{kind}-{part}" if part else str(kind)
        yield Candidate(name, kind, form, tuple(values), tuple(shown[:MAX_EXAMPLES]), from_one)


def guess(line: str, is_above: bool = False) -> Kind:
    """What a line may be, by words that hint at it; else by whether it stands above the prose.

    >>> str(guess("Sign up for our newsletter")), str(guess("Fisheries", is_above=True))
    ('promo', 'nav')
    """
    for kind, cue in _CUES.items():
        if re.search(cue, line, re.IGNORECASE):
            return kind
    return Kind.NAV if is_above else Kind.RELATED


# The file


_LESSON = """\
A pack: one file that says which lines of a site are furniture. `cleaner rules schema > pack.schema.json`
beside it lets an editor complete and explain every key.

Six operations, one a rule. They see lines trimmed, with plain quotes and spaces, and without list markers:
  line:     {exact: [Share, Print]}                 each line that matches goes
  inline:   {at: end, exact: ', opens new tab'}     a piece of a line goes
  sequence: [{drop: {exact: Photo}}, {drop: {class: any, max_chars: 60}, repeat: [1, 2]}]   lines in a row
  block:    {from: {exact: Most read}, to: {exact: Back to top}, max_lines: 12}   both ends go, too
  cut:      {from: {exact: More from us}, max_prose: 500}   to the end; with 'to' from the start
  keep:     {exact: Share prices}                   nothing takes this line
A line is matched by exact, prefix, suffix, contains, regex (the whole line), class (time, date, url, prose,
...), any_of, or use (a name from 'let'); with min_chars, max_chars, ignore_case, unless.
'zone: head' lets a rule act only above the first running text, 'zone: tail' only below the last;
{tail: 5, of: body} means below the article, save five lines, even if teasers with running text stand there.
Every rule has an example of what goes ('- ') and of what looks alike and stays ('= ').

A rule says what the template prints, never what an article says: a date becomes a pattern, a headline none.
Then:   cleaner rules test FILE
        cleaner rules check FILE
        cleaner explain --rules FILE --site SITE page.txt"""


def _lesson() -> list[str]:
    return [f"# {line}".rstrip() for line in _LESSON.split("\n")]


def _head(host: str) -> list[str]:
    return ["format: 1", f"pack: {host}", f"title: {host}", f"sites: [{host}]", "# languages: [en]", ""]


def _rules(found: Sequence[Candidate]) -> Iterator[str]:
    if not found:
        yield from ("# rules:", "#   - id: share", "#     kind: share", "#     why:")
        yield from ("#     line: {exact: [Share]}", "#     examples:", "#       - |", "#         - Share")
        return
    yield "# Candidates. Take the '# ' from those that you want (and from 'rules:'), correct the kind, say"
    yield "# why the line is there, and add to each example a line that looks alike and stays: '= ...'."
    yield "# Kinds:"
    yield from (f"#   {kind}: {meaning}" for kind, meaning in KIND_MEANINGS.items())
    yield "# rules:"
    for from_one, group in groupby(found, key=lambda each: each.from_one):
        if from_one:
            yield "#   # Each of these is on one page only. Look twice: the headline may be among them."
        for candidate in group:
            yield from (f"# {line}" for line in _rule(candidate))


def _rule(candidate: Candidate) -> Iterator[str]:
    yield f"  - id: {candidate.id}"
    yield f"    kind: {candidate.kind}"
    yield "    why:"
    yield "    line:"
    yield f"      {candidate.form}:"
    yield from (f"        - {quoted(value)}" for value in candidate.values)
    if candidate.form == "prefix":
        yield f"      max_chars: {MAX_CHARS}"
    yield "    examples:"
    yield "      - |"
    yield from (f"        - {line}" for line in candidate.shown)
    if any(map(is_prose, candidate.shown)):
        yield f"        = {_RUNNING_TEXT}"


_RUNNING_TEXT = (
    "A sentence of the article: a text whose last running text would go is left as it is, and so is this."
)
_PLAIN = re.compile(r"[^\W\d_](?:[\w ,.!?()/&+'’-]*[\w.!?)])?")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def quoted(text: str) -> str:
    """Text as YAML, in quotes where a reader might take it for something else.

    >>> quoted("Read more"), quoted("On"), quoted("Photo: it's")
    ('Read more', "'On'", "'Photo: it''s'")
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return "'" + text.replace("'", "''") + "'"
