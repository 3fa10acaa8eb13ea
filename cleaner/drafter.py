"""A pack file to start from: the language on one screen, and candidates as comments.

What is worth proposing the learner says; this writes it down, so that a line or two of editing make a rule
of it that loads and has its example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from cleaner.compiler import Program
from cleaner.errors import InputError
from cleaner.grammar import NAME_PATTERNS
from cleaner.learner import Candidate, candidates, known_by, listed, quoted
from cleaner.rules import KIND_MEANINGS
from cleaner.samples import Samples, language_of, read_samples
from cleaner.stacks import host_of

MAX_RULES_CHARS = 150_000
MAX_LEFT_OVER = 30
"""Characters of all candidates, and lines shown that are none: whatever the samples are, the file stays
short enough to be loaded."""


def draft(
    site: str,
    samples: Sequence[str],
    program: Program,
    *,
    language: str | None = None,
    schema: str = "pack.schema.json",
) -> str:
    """The text of a pack file for a site. `language` is the site's (a BCP 47 tag); without one it is guessed
    from the samples. `schema` is where the file's editor finds the language's schema."""
    host = host_of(site)
    spoken = language or language_of(host, samples, program)
    read = read_samples(host, samples, program, spoken)
    found = candidates(read)
    name = pack_name(host, program)
    lines = [f"# yaml-language-server: $schema={schema}", *_lesson(), "", *_head(host, name, spoken)]
    lines += [*_known(known_by(host, read, program)), ""]
    if len(read.pages) < len(samples):
        lines += [f"# {len(samples) - len(read.pages)} of {len(samples)} samples show an article again."]
    lines += [*_rules(found, bool(read.pages)), *_left_over(read, found)]
    return "\n".join(lines) + "\n"


def pack_name(site: str, program: Program) -> str:
    """The name of a new pack for a site, which is its file's name, too. A site that has a pack keeps it.

    Raises InputError where the site is no name that a pack can serve, such as `localhost`.
    """
    host = host_of(site)
    name = re.sub(r"[._-]*([._-])", r"\1", host).strip("._-")
    if not name or not re.fullmatch(NAME_PATTERNS["site"][0], host) or not _is_encodable(host):
        raise InputError(f"no site: {site!r} (write it as www.example.com or example.com)")
    return f"{name}-own" if name in program.ruleset.by_name else name


def _is_encodable(host: str) -> bool:
    """Whether it is short enough, label by label, for a host name."""
    try:
        return bool(host.encode("idna"))
    except UnicodeError:
        return False


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


def _head(host: str, name: str, language: str | None) -> Iterator[str]:
    if name.endswith("-own"):
        yield f"# There is a pack for {host} already. This one serves beside it, under a name of its own."
    yield from ("format: 1", f"pack: {quoted(name)}", f"title: {quoted(host)}", f"sites: [{quoted(host)}]")
    if language:
        yield f"languages: [{quoted(language)}]  # then packs of other languages stay away"
    else:
        yield "# languages: [en]  # then packs of other languages stay away"


def _known(lines: Sequence[str]) -> Iterator[str]:
    """What calls the pack in where no address tells the site, as a comment."""
    if lines:
        yield ""
        yield "# Lines that tell the site where a page comes without its address. Two of them must stand in a"
        yield "# text to call this pack in: name two at least, better four. Only lines that no other site"
        yield "# prints, not even a sister paper, and that stay for years: no teaser of the week, no phrase"
        yield "# that any site may use. A pack with known_by has no 'keep' rule and no 'disable'."
        yield from (f"# {line}" for line in listed("known_by", lines))


def _rules(found: Sequence[Candidate], has_samples: bool) -> Iterator[str]:
    if not found and has_samples:
        yield "# Nothing to propose: the packs at hand take what the samples have in common."
    if not found:
        yield from ("# rules:", "#   - id: share", "#     kind: share", "#     why: below the headline")
        yield from ("#     line: {exact: [Share with the crew]}", "#     examples:", "#       - |")
        yield "#         - Share with the crew"
        return
    yield "# Candidates. Take the '# ' from 'rules:' and from those that you want, and delete the rest."
    yield "# Strike every value that an article could have as a line of its own, correct the kind, and say in"
    yield "# 'why' what the template prints there. Then add to each example a line that looks alike and"
    yield "# stays, such as '        = Share prices fell.' below '        - Share'."
    yield "# Kinds:"
    yield from (f"#   {kind}: {meaning}" for kind, meaning in KIND_MEANINGS.items())
    yield "# rules:"
    budget = MAX_RULES_CHARS
    for sureness, group in groupby(found, key=lambda each: each.sureness):
        yield from (f"#   # {line}" for line in _SURENESS[sureness])
        for candidate in group:
            lines = [f"# {line}".rstrip() for line in _rule(candidate)]
            budget -= sum(map(len, lines))
            if budget > 0:
                yield from lines


_SURENESS = {
    0: ("On most of the samples.",),
    1: (
        "On some of the samples only, or moving: a menu's word, or an author's name, or a teaser that was",
        "up for a week? Names and teasers are no rules.",
    ),
    2: ("All this is on one page. Look twice: a headline or a lead may be among it.",),
}


def _rule(candidate: Candidate) -> Iterator[str]:
    yield f"  - id: {candidate.id}"
    yield f"    kind: {candidate.kind}"
    yield f"    why: {candidate.why}"
    yield from (f"    {line}" for line in candidate.operation)
    yield "    examples:"
    yield "      - |"
    if candidate.near == "above":
        yield f"        = {_RUNNING_TEXT}"
    yield from (f"        - {line}" for line in candidate.shown)
    if candidate.near == "below":
        yield f"        = {_RUNNING_TEXT}"


def _left_over(samples: Samples, found: Sequence[Candidate]) -> Iterator[str]:
    """Lines of single pages that no candidate takes: for the eye, not for a rule."""
    covered = {text for candidate in found for text in candidate.lines} | samples.titles
    outside: dict[str, None] = {}
    within: dict[str, None] = {}
    for line in samples.rare(covered):
        (within if samples.side(line) == "within" else outside).setdefault(line.text)
    if len(samples.pages) > 1 and outside:
        yield "#   # Left over, each on one page. A lead is part of its article. A name, a place or a role is"
        yield "#   # never a value: look for words that stand beside it on all pages (prefix, suffix, regex),"
        yield "#   # or for a line above or below it that is always the same (sequence, block)."
        yield from _shown(list(outside))
    if len(samples.pages) > 1 and within:
        yield "#   # Left over in the middle of the text: sub-headlines, short paragraphs, captions, names."
        yield "#   # What reads as running text is not shown; `cleaner explain` shows all."
        yield from _shown(list(within))


def _shown(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"#   #   {line}" for line in lines[:MAX_LEFT_OVER])
    if len(lines) > MAX_LEFT_OVER:
        yield f"#   #   and {len(lines) - MAX_LEFT_OVER} more"


_RUNNING_TEXT = (
    "A sentence of the article: a text whose last running text would go is left as it is, and so is this."
)
