"""Judges rules that load: what will hurt, what does nothing, what nobody could review.

Each check is a function over one rule, one pack or a whole stack, under one name of
`cleaner.grammar.CHECKS` with a code that never changes. A finding is a `Problem` with its place and the
way out. A rule may accept a finding by name, with a reason; an acceptance that accepts nothing is
itself a finding. Nothing here changes a rule, and nothing that the loader refuses comes here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from cleaner.compiler import compile_rules
from cleaner.errors import InputError, Location, Problem
from cleaner.examples import caller_of, run
from cleaner.grammar import CHECKS
from cleaner.literals import heads, required, tails
from cleaner.patterns import length_range, parse
from cleaner.pumping import find_slow_line
from cleaner.rules import (
    REGEX_MAX_CHARS,
    Acceptance,
    Block,
    Cut,
    Form,
    Inline,
    Keep,
    Line,
    Matcher,
    Operation,
    Pack,
    Rule,
    RuleSet,
    Sequence,
    matchers_of,
    walk,
)
from cleaner.segments import FOLDS, PROSE_MIN_CHARS, fold, is_prose, view

CODES = {name: f"C{100 + number}" for number, name in enumerate(CHECKS, 1)}
"""The code of each check. The order of CHECKS is part of the interface: names are added at its end."""

WARNINGS = frozenset({"no-why", "shadowed", "no-literal", "unused-let", "wide-bound"})
"""Checks whose findings are worth a look; all others are errors."""

MIN_LITERAL_CHARS = 4
"""Characters of the literal that makes a rule specific, and cheap: the index looks lines up by it."""

MIN_DENSE_LITERAL_CHARS = 2
"""The same where a word is one or two characters long (Han, kana, Hangul, Thai)."""

WIDE_PROSE_CHARS = 6_000
"""`max_prose` from which a cut can take a whole article: half of the news articles are shorter."""

WIDE_BLOCK_LINES = 150
WIDE_REPEAT_LINES = 25
"""Lines from which a bound is no bound: a page's menu is shorter than the first, a box than the second."""

SHIELD = "This line is running text; it is here so that a document of a single line has some to keep."


def check_rules(ruleset: RuleSet, packs: Iterable[Pack] | None = None) -> list[Problem]:
    """Every finding over these packs (all of the rule set if not given), in file order."""
    packs = list(ruleset.packs if packs is None else packs)
    found: list[Problem] = []
    for pack in packs:
        found += _check_pack(pack)
        found += _shadowed(ruleset, pack)
    rules = [rule for pack in packs for rule in pack.rules]
    return sorted(settle_accepted(rules, found), key=lambda problem: (problem.location, problem.code))


def settle_accepted(rules: Collection[Rule], found: Iterable[Problem]) -> Iterator[Problem]:
    """The findings that none of these rules accepts, and a finding for each acceptance without one.

    Those of `fires-on-body` are left alone: only a run over body texts can judge them.
    """
    accepts = {(rule.name, accept.check) for rule in rules for accept in rule.accepts}
    names = {code: name for name, code in CODES.items()}
    used: set[tuple[str, str]] = set()
    for problem in found:
        key = (problem.rule, names[problem.code])
        if key in accepts:
            used.add(key)
        else:
            yield problem
    for rule in rules:
        yield from _needless(rule, {check for name, check in used if name == rule.name})


def _needless(rule: Rule, used: Collection[str]) -> Iterator[Problem]:
    said: set[str] = set()
    for accept in rule.accepts:
        if accept.check in said:
            yield finding("needless-accept", f"accepted twice: {accept.check}", accept.location, rule)
        elif accept.check not in used and accept.check != "fires-on-body":
            yield finding("needless-accept", f"nothing to accept: {accept.check}", accept.location, rule)
        said.add(accept.check)


def finding(check: str, message: str, location: Location, rule: Rule | None = None) -> Problem:
    """A finding of a check, with its name before the message."""
    severity = "warning" if check in WARNINGS else "error"
    return Problem(CODES[check], f"{check}: {message}", location, rule.name if rule else "", severity)


def _check_pack(pack: Pack) -> Iterator[Problem]:
    for name, location in pack.unused_lets:
        yield finding("unused-let", f"nothing uses {name!r}: delete it", location)
    for rule in pack.rules:
        for check in _RULE_CHECKS:
            yield from check(pack, rule)


# One rule ------------------------------------------------------------------------------------------


def _no_example(pack: Pack, rule: Rule) -> Iterator[Problem]:
    is_keep = isinstance(rule.operation, Keep)
    if not any(is_keep or example.has_removal for example in rule.examples):
        yield finding("no-example", "show a line that goes: '- ...' under examples", rule.location, rule)
    if not any(example.has_near_miss for example in rule.examples):
        message = "show a line that looks alike and stays: '= ...' under examples"
        yield finding("no-near-miss", message, rule.location, rule)


def _no_why(pack: Pack, rule: Rule) -> Iterator[Problem]:
    if not rule.why:
        message = "say what the template prints there: why: ..."
        yield finding("no-why", message, rule.location, rule)


def _dead(pack: Pack, rule: Rule) -> Iterator[Problem]:
    for matcher in matchers_of(rule.operation):
        yield from _dead_in(matcher, 0, None, rule)


def _dead_in(matcher: Matcher, low: int, high: int | None, rule: Rule) -> Iterator[Problem]:
    """Values that no line within the bounds, those of the matchers around it included, can show."""
    low = max(low, matcher.min_chars)
    own = REGEX_MAX_CHARS if matcher.form is Form.REGEX and matcher.max_chars is None else matcher.max_chars
    high = min((bound for bound in (high, own) if bound is not None), default=None)
    if matcher.form is Form.ANY_OF:
        for inner in matcher.any_of:
            yield from _dead_in(inner, low, high, rule)
        return
    is_span = isinstance(rule.operation, Inline)
    for value in matcher.values if matcher.form is not Form.CLASS else ():
        least, most = _value_range(matcher.form, value)
        if high is not None and least > high:
            message = f"{_shown(value)} needs {least} characters, max_chars is {high}"
        elif most is not None and most < low and not is_span:
            message = f"{_shown(value)} has {most} characters at most, min_chars is {low}"
        elif not is_span and _has_impossible_space(matcher.form, value):
            message = f"{_shown(value)}: a view has no white space at its ends and no two spaces in a row"
        else:
            continue
        yield finding("dead", message, matcher.location, rule)


def _value_range(form: Form, value: str) -> tuple[int, int | None]:
    """(least, most) characters of a line that shows the value."""
    if form is Form.REGEX:
        return length_range(parse(value), fold)
    if form is Form.EXACT:
        return len(view(value)), len(view(value))
    return len(view(value)), None


def _has_impossible_space(form: Form, value: str) -> bool:
    if form is Form.REGEX:
        node = parse(value)
        starts, ends = heads(node, fold), tails(node, fold)
        return (bool(starts) and all(text[0] == " " for text in starts)) or (
            bool(ends) and all(text[-1] == " " for text in ends)
        )
    return form is not Form.EXACT and "  " in fold(value)


def _shown(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:37] + "...")


def _no_literal(pack: Pack, rule: Rule) -> Iterator[Problem]:
    """Of a rule one matcher must be specific: the one that its lines are found by."""
    if isinstance(rule.operation, Sequence):
        steps = [step.drop for step in rule.operation.steps if step.min_count]
    else:
        steps = list(matchers_of(rule.operation))
    if not any(_is_specific(matcher) for matcher in steps):
        message = (
            f"no literal of {MIN_LITERAL_CHARS} characters or more in what it looks for: it meets any page's "
            "lines, and costs time on all of them; add a word that the template prints, or accept it"
        )
        yield finding("no-literal", message, rule.location, rule)


def _is_specific(matcher: Matcher) -> bool:
    """Whether every way to match shows a literal that is long enough, or is a whole line."""
    match matcher.form:
        case Form.ANY_OF:
            return all(map(_is_specific, matcher.any_of))
        case Form.EXACT:
            return True
        case Form.CLASS:
            return all(name in ("url", "email", "handle", "hashtags", "bullet") for name in matcher.values)
        case Form.REGEX:
            literals = [
                literal for value in matcher.values for literal in required(parse(value), fold) or ("",)
            ]
        case _:
            literals = [view(value) for value in matcher.values]
    return all(map(_is_long_enough, literals))


def _is_long_enough(literal: str) -> bool:
    text = literal.strip()
    is_dense = any(ord(char) >= 0x0E00 for char in text)
    return len(text) >= (MIN_DENSE_LITERAL_CHARS if is_dense else MIN_LITERAL_CHARS)


def _too_broad(pack: Pack, rule: Rule) -> Iterator[Problem]:
    """What a line rule looks for anywhere in a page must not be a length, nor two letters."""
    if rule.zone is None and isinstance(rule.operation, Line | Cut):
        for matcher in matchers_of(rule.operation):
            yield from _too_broad_in(matcher, rule, False)


def _too_broad_in(matcher: Matcher, rule: Rule, is_narrowed: bool) -> Iterator[Problem]:
    """`is_narrowed`: a matcher around this one has a bound or spares lines. What `unless` looks for may be
    as broad as it likes."""
    is_narrowed = is_narrowed or matcher.max_chars is not None or matcher.unless is not None
    for inner in matcher.any_of:
        yield from _too_broad_in(inner, rule, is_narrowed)
    if matcher.form is Form.CLASS and set(matcher.values) & {"any", "prose"}:
        message = "body is such lines, too: name what the template prints"
        yield finding("too-broad", message, rule.location, rule)
    elif matcher.form in (Form.PREFIX, Form.SUFFIX, Form.CONTAINS) and not is_narrowed:
        short = [value for value in matcher.values if len(view(value)) < 3 and not _is_long_enough(value)]
        if short:
            message = f"{_shown(short[0])} begins or ends many a line: add max_chars or unless"
            yield finding("too-broad", message, matcher.location, rule)


def _slow(pack: Pack, rule: Rule) -> Iterator[Problem]:
    for matcher in walk(matchers_of(rule.operation)):
        if matcher.form is Form.REGEX:
            slow = find_slow_line(matcher)
            if slow is not None:
                line, seconds = slow
                message = f"{seconds:.1f} s on a line of {len(line)} characters that begins {line[:30]!r}"
                yield finding(
                    "slow", f"{message}: bound the repeats, or set max_chars", matcher.location, rule
                )


def _wide_bound(pack: Pack, rule: Rule) -> Iterator[Problem]:
    match rule.operation:
        case Cut(_, _, max_prose) if max_prose > WIDE_PROSE_CHARS:
            message = f"max_prose {max_prose:,} is an article; {WIDE_PROSE_CHARS:,} would be a long tail"
        case Block(_, _, max_lines) if max_lines > WIDE_BLOCK_LINES:
            message = f"max_lines {max_lines:,} is a page; {WIDE_BLOCK_LINES} would be a long box"
        case Sequence(steps) if max(step.max_count for step in steps) > WIDE_REPEAT_LINES:
            message = f"a step may take over {WIDE_REPEAT_LINES} lines"
        case _:
            return
    yield finding("wide-bound", message, rule.location, rule)


def _generic_range(pack: Pack, rule: Rule) -> Iterator[Problem]:
    """A label that opens the tail on one site stands in mid-article on another; and of a main-content text
    what lies outside the core is as often an article's end as a link list. Whole-page text is another
    matter, so a pack for some extractors may."""
    if pack.sites or pack.only_used or pack.extractors:
        return
    if rule.zone is not None and rule.zone.of == "body" and _may_take_prose(rule.operation):
        message = "outside the body stands prose of the article, too: add unless: {class: prose}, or scope it"
        yield finding("generic-range", message, rule.location, rule)
        return
    is_cut = isinstance(rule.operation, Cut) and rule.operation.max_prose > 0
    if is_cut or (isinstance(rule.operation, Block) and rule.zone is None):
        message = "a pack for every site takes no prose: use line rules, a zone, or a site's pack"
        yield finding("generic-range", message, rule.location, rule)


def _may_take_prose(operation: Operation) -> bool:
    """Whether a line of running text may go: any line may between the ends of a block."""
    return isinstance(operation, Block) or any(map(_may_be_prose, matchers_of(operation)))


def _may_be_prose(matcher: Matcher) -> bool:
    """Whether a line of running text can match: not whole lines that are none, nor what is too short."""
    is_short = matcher.max_chars is not None and matcher.max_chars < PROSE_MIN_CHARS
    if is_short or (matcher.unless is not None and "prose" in matcher.unless.values):
        return False
    match matcher.form:
        case Form.ANY_OF:
            return any(map(_may_be_prose, matcher.any_of))
        case Form.EXACT:
            return any(is_prose(view(value)) for value in matcher.values)
        case Form.CLASS:
            return not {"any", "prose"}.isdisjoint(matcher.values)
        case Form.REGEX:
            return any(_reaches(value, PROSE_MIN_CHARS) for value in matcher.values)
        case _:
            return True


def _reaches(pattern: str, char_count: int) -> bool:
    most = length_range(parse(pattern), fold)[1]
    return most is None or most >= char_count


def _odd_text(pack: Pack, rule: Rule) -> Iterator[Problem]:
    for matcher in walk(matchers_of(rule.operation)):
        for value in matcher.values:
            hidden = next((char for char in value if _is_hidden(char, value)), "")
            if hidden:
                message = f"{_shown(value)} holds U+{ord(hidden):04X}, which no view shows: delete it"
                yield finding("odd-text", message, matcher.location, rule)
            elif unicodedata.normalize("NFC", value) != value:
                message = f"{_shown(value)} is not in composed form (NFC)"
                yield finding("odd-text", message, matcher.location, rule)


def _is_hidden(char: str, text: str) -> bool:
    """Whether a character is dropped from every view. Persian and the scripts of India spell words with
    joiners: there they are no slip."""
    is_joiner = char in "\u200c\u200d" and any("\u0600" <= other < "\u0e00" for other in text)
    return not is_joiner and FOLDS.get(ord(char), "") is None


_RULE_CHECKS: tuple[Callable[[Pack, Rule], Iterator[Problem]], ...] = (
    _no_example,
    _no_why,
    _dead,
    _no_literal,
    _too_broad,
    _slow,
    _wide_bound,
    _generic_range,
    _odd_text,
)


# A stack -------------------------------------------------------------------------------------------


def _shadowed(ruleset: RuleSet, pack: Pack) -> Iterator[Problem]:
    """Literals of `line` rules that another rule of the stack owns, wherever this pack serves.

    Each is cleaned in a document of its own, in the pack's own stack: so scopes, `disable` and `keep`
    count as they do on a page.
    """
    program = compile_rules(_lines_only(caller_of(ruleset, pack)))
    for rule in pack.rules:
        if not isinstance(rule.operation, Line) or rule.zone is not None:
            continue
        for matcher in walk(matchers_of(rule.operation)):
            taken: dict[str, list[str]] = {}
            for value in matcher.values if matcher.form is Form.EXACT else ():
                result = run(f"{value}\n{SHIELD}\n", pack, program)
                if result.removals and result.removals[0].rule != rule.name:
                    taken.setdefault(result.removals[0].rule, []).append(value)
            for owner, values in taken.items():
                message = f"{owner} takes {', '.join(map(_shown, values[:5]))} first: delete it here"
                more = f" ({len(values) - 5} more)" if len(values) > 5 else ""
                yield finding("shadowed", message + more, matcher.location, rule)


def _lines_only(ruleset: RuleSet) -> RuleSet:
    """The rule set without all that needs more than the line: what is left takes a line everywhere."""

    def is_simple(rule: Rule) -> bool:
        return isinstance(rule.operation, Keep) or (isinstance(rule.operation, Line) and rule.zone is None)

    return RuleSet(tuple(replace(p, rules=tuple(filter(is_simple, p.rules))) for p in ruleset.packs))


# Body texts ----------------------------------------------------------------------------------------


def check_on_body(
    ruleset: RuleSet, texts: Iterable[tuple[str, str | None, str | None]], packs: Collection[str] = ()
) -> Iterator[Problem]:
    """A finding for each line of a body text that a rule takes: the decisive check.

    `texts` are (body, URL or None, extractor or None); `packs` names those whose rules are judged (all
    if empty). A rule accepts its findings by `fires-on-body` with a reason; if its pack served a text and
    it took of none, the acceptance is a finding itself. Raises InputError if none of those packs served any
    text: nothing was judged then.
    """
    from cleaner.engine import clean

    program = compile_rules(ruleset)
    served: set[str] = set()
    fired: set[str] = set()
    for number, (text, url, extractor) in enumerate(texts, 1):
        result = clean(text, program, url=url, extractor=extractor)
        served.update(result.packs)
        fired.update(removal.rule for removal in result.removals)
        for removal in result.removals:
            rule = ruleset.rule(removal.rule)
            if (packs and rule.pack not in packs) or _acceptance(rule, "fires-on-body"):
                continue
            line = text[removal.start : removal.end].strip()
            at = text.count("\n", 0, removal.start) + 1
            message = f"takes body, line {at} of text {number}: {_shown(line)}"
            yield finding("fires-on-body", message, rule.location, rule)
    if packs and served.isdisjoint(packs):
        names = ", ".join(sorted(packs))
        raise InputError(f"{names}: serves none of these texts; their rows need a url or site that it serves")
    for rule in ruleset:
        accept = _acceptance(rule, "fires-on-body")
        is_judged = rule.pack in served and (not packs or rule.pack in packs)
        if accept and is_judged and rule.name not in fired:
            message = "nothing to accept: fires-on-body, it takes nothing of these texts"
            yield finding("needless-accept", message, accept.location, rule)


def _acceptance(rule: Rule, check: str) -> Acceptance | None:
    return next((accept for accept in rule.accepts if accept.check == check), None)
