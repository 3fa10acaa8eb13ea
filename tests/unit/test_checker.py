"""What `rules check` finds: for each check a rule with the finding, and one that nearly has it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cleaner
from cleaner.checker import CODES, check_on_body, check_rules
from cleaner.errors import InputError, Location, Problem
from cleaner.grammar import CHECKS
from cleaner.pumping import SLOW_SECONDS, find_slow_line
from cleaner.rules import Form, Matcher

EXAMPLE = 'examples: [{text: "- x\\n= y"}]'


def rule(body: str, examples: str = EXAMPLE, kind: str = "kind: ad, ") -> str:
    """One rule in one line of YAML."""
    return f"  - {{id: it, {kind}why: printed below the article, {body}, {examples}}}\n"


def head(name: str = "pier.example", scope: str = "sites: [pier.example]") -> str:
    return f"format: 1\npack: {name}\n{scope}\n"


def pack(body: str, **options: str) -> str:
    return head() + "rules:\n" + rule(body, **options)


def generic(body: str, scope: str = "languages: [en]") -> str:
    return head("pier.example", scope) + "rules:\n" + rule(body)


LONG = "a line of more than twenty characters"
OUTSIDE = "line: {{{}}}, zone: {{tail: 1, of: body}}"
INVISIBLE, DECOMPOSED = '"Sha\\u200bre it"', '"Cafe\\u0301 bar"'

# ruff: noqa: E501
CASES: dict[str, list[tuple[str, str]]] = {
    "no-example": [
        (pack("line: {exact: Print}", examples='examples: ["= y"]'), pack("line: {exact: Print}")),
        (
            pack("line: {exact: Print}", examples='examples: ["= y"]'),
            pack("keep: {exact: Print}", examples='examples: ["= y"]', kind=""),
        ),
    ],
    "no-near-miss": [(pack("line: {exact: Print}", examples='examples: ["- x"]'), pack("line: {exact: Print}"))],
    "no-why": [
        (pack("line: {exact: Print}").replace("why: printed below the article, ", ""), pack("line: {exact: Print}"))
    ],
    "dead": [
        (pack("line: {prefix: Print this, max_chars: 9}"), pack("line: {prefix: Print this, max_chars: 10}")),
        (pack("line: {exact: Print, min_chars: 6}"), pack("line: {exact: Print, min_chars: 5}")),
        (pack("line: {regex: 'Print \\d{2}', max_chars: 7}"), pack("line: {regex: 'Print \\d{2}', max_chars: 8}")),
        (pack("line: {contains: 'so  far'}"), pack("line: {exact: 'so  far'}")),
        (pack("line: {regex: 'Print .{2,9} '}"), pack("line: {regex: 'Print .{2,9} ?'}")),
        (
            pack("line: {any_of: [{exact: Print this}], max_chars: 9}"),
            pack("line: {any_of: [{exact: Print this}], max_chars: 10}"),
        ),
    ],
    "no-literal": [
        (pack("line: {regex: '[A-Z]{2,9}!'}"), pack("line: {regex: '[A-Z]{2,9} talk!'}")),
        (pack("line: {regex: 'pri.*|print.*'}"), pack("line: {regex: 'prin.*|print.*'}")),
        (pack("line: {class: time}"), pack("line: {class: email}")),
        (pack("line: {prefix: 写}"), pack("line: {prefix: 写真}")),
        (
            pack("sequence: [{drop: {class: any}}, {drop: {regex: '.{1,9}'}}]"),
            pack("sequence: [{drop: {class: any}}, {drop: {exact: Ad}}]"),
        ),
    ],
    "too-broad": [
        (pack("line: {class: any}"), pack("line: {class: any}, zone: head")),
        (pack("line: {class: prose}"), pack("line: {class: url}")),
        (pack("line: {prefix: Ad}"), pack("line: {prefix: Ad, max_chars: 30}")),
        (pack("line: {contains: ad}"), pack("line: {contains: ads}")),
        (pack("line: {prefix: Ad}"), pack("line: {prefix: Advert, unless: {suffix: .}}")),
        (pack("line: {any_of: [{prefix: Ad}]}"), pack("line: {any_of: [{prefix: Ad}], max_chars: 30}")),
    ],
    "slow": [
        (pack("line: {regex: '(?:.*[a-c]){30}.*!'}"), pack("line: {regex: '.*[ab].*!'}")),
        (pack("line: {regex: '(?:.*a){30}.*!'}"), pack("line: {regex: '.{0,9}a.{0,9}a.{0,9}!'}")),
    ],
    "wide-bound": [
        (pack("cut: {from: {exact: Print}, max_prose: 6001}"), pack("cut: {from: {exact: Print}, max_prose: 6000}")),
        (
            pack("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 151}"),
            pack("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 150}"),
        ),
        (
            pack("sequence: [{drop: {exact: Print}, repeat: [1, 26]}]"),
            pack("sequence: [{drop: {exact: Print}, repeat: [1, 25]}]"),
        ),
    ],
    "generic-range": [
        (generic("cut: {from: {exact: Print}, max_prose: 9}"), generic("cut: {from: {exact: Print}, max_prose: 0}")),
        (generic("cut: {from: {exact: Print}, max_prose: 9}"), pack("cut: {from: {exact: Print}, max_prose: 9}")),
        (
            generic("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 9}"),
            generic("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 9}, zone: tail"),
        ),
        (
            generic("cut: {from: {exact: Print}, max_prose: 9}"),
            generic("cut: {from: {exact: Print}, max_prose: 9}", "only_used: true"),
        ),
        (generic(OUTSIDE.format("class: any")), generic(OUTSIDE.format("class: any, unless: {class: prose}"))),
        (generic(OUTSIDE.format("class: any")), generic(OUTSIDE.format("class: any"), "extractors: [wet]")),
        (generic(OUTSIDE.format("class: any")), pack(OUTSIDE.format("class: any"))),
        (generic(OUTSIDE.format("prefix: 'Print:'")), generic(OUTSIDE.format("prefix: 'Print:', max_chars: 79"))),
        (generic(OUTSIDE.format("regex: 'Print .{74}'")), generic(OUTSIDE.format("regex: 'Print .{73}'"))),
        (generic(OUTSIDE.format(f"exact: '{LONG * 3}.'")), generic(OUTSIDE.format(f"exact: '{LONG * 2}.'"))),
        (
            generic(OUTSIDE.format("any_of: [{exact: Print}, {contains: print it}]")),
            generic(OUTSIDE.format("any_of: [{exact: Print}, {class: url}]")),
        ),
        (
            generic("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 9}, zone: {tail: 1, of: body}"),
            generic("block: {from: {exact: Print}, to: {exact: Stop}, max_lines: 9}, zone: {tail: 1}"),
        ),
        (
            generic("sequence: [{drop: {exact: Print}}, {drop: {class: any}}], zone: {tail: 1, of: body}"),
            generic("sequence: [{drop: {exact: Print}}, {drop: {class: any}}], zone: tail"),
        ),
    ],
    "odd-text": [
        (pack(f"line: {{exact: {INVISIBLE}}}"), pack("line: {exact: Share it}")),
        (pack(f"line: {{exact: {INVISIBLE}}}"), pack('line: {exact: "شاید علاقه\\u200cمند"}')),
        (pack(f"line: {{exact: {DECOMPOSED}}}"), pack("line: {exact: Café bar}")),
    ],
    "unused-let": [
        (
            head() + "let: {label: {exact: Print}}\nrules:\n" + rule("line: {exact: Print}"),
            head() + "let: {label: {exact: Print}}\nrules:\n" + rule("line: {use: label}"),
        )
    ],
    "shadowed": [
        (
            head() + "rules:\n" + rule("line: {exact: Print}").replace("it", "one", 1) + rule("line: {exact: Print}"),
            head() + "rules:\n" + rule("line: {exact: Print}").replace("it", "one", 1) + rule("line: {exact: Printer}"),
        ),
        (
            head() + "rules:\n" + rule("line: {prefix: Pri}").replace("it", "one", 1) + rule("line: {exact: Print}"),
            head() + "rules:\n" + rule("line: {prefix: Pri}, zone: tail").replace("it", "one", 1)
            + rule("line: {exact: Print}"),
        ),
    ],
    "needless-accept": [
        (
            pack("line: {exact: Print}, accept: [{check: no-literal, why: I say so}]"),
            pack("line: {regex: '[A-Z]{2,9}!'}, accept: [{check: no-literal, why: I say so}]"),
        ),
        (
            pack("line: {regex: '[A-Z]{2,9}!'}, accept: [{check: no-literal, why: a}, {check: no-literal, why: b}]"),
            pack("line: {regex: '[A-Z]{2,9}!'}, accept: [{check: no-literal, why: a}]"),
        ),
    ],
}  # fmt: skip


def found(text: str, folder: Path) -> list[Problem]:
    path = folder / "pier.example.yaml"
    path.write_text(text, encoding="utf-8")
    return check_rules(cleaner.load(path, shipped=False))


@pytest.mark.parametrize(
    ("name", "bad", "near"), [(name, *case) for name, cases in CASES.items() for case in cases]
)
def test_each_check(tmp_path: Path, name: str, bad: str, near: str) -> None:
    problems = [problem for problem in found(bad, tmp_path) if problem.code == CODES[name]]
    assert len(problems) == 1, "one finding, and one only"
    assert problems[0].message.startswith(f"{name}: ")
    assert problems[0].location.path.endswith("pier.example.yaml")
    assert problems[0].location.line > 1
    assert CODES[name] not in [problem.code for problem in found(near, tmp_path)]


def test_every_check_has_a_case_but_the_one_that_needs_texts() -> None:
    assert CHECKS.keys() - CASES.keys() == {"fires-on-body"}


def test_codes_never_change() -> None:
    first = ["no-example", "no-near-miss", "no-why", "dead", "shadowed", "no-literal", "too-broad", "slow"]
    assert [CODES[name] for name in first] == [f"C{number}" for number in range(101, 109)]


def test_an_accepted_finding_is_silent(tmp_path: Path) -> None:
    body = "line: {regex: '[A-Z]{2,9}!'}, accept: [{check: no-literal, why: nothing else stands there}]"
    assert found(pack(body), tmp_path) == []


def test_a_rule_that_a_keep_spares_is_not_shadowed(tmp_path: Path) -> None:
    keep = "  - {id: kept, keep: {exact: Print}, examples: ['= Print']}\n"
    both = rule("line: {exact: Print}").replace("it", "one", 1) + rule("line: {exact: Print}")
    problems = found(head() + "rules:\n" + keep + both, tmp_path)
    assert CODES["shadowed"] not in [problem.code for problem in problems]


def test_a_rule_that_another_pack_disables_shadows_nothing(tmp_path: Path) -> None:
    other = head("other", "languages: [en]") + "rules:\n" + rule("line: {exact: Print}")
    (tmp_path / "other.yaml").write_text(other)
    site = tmp_path / "pier.example.yaml"
    body = "rules:\n" + rule("line: {exact: Print}")
    for disable, is_shadowed in (("", True), ("disable: [other/it]\n", False)):
        site.write_text(head() + disable + body)
        codes = [problem.code for problem in check_rules(cleaner.load(tmp_path, shipped=False))]
        assert (CODES["shadowed"] in codes) is is_shadowed


def test_only_the_packs_asked_for_are_checked(tmp_path: Path) -> None:
    for name in ("one", "two"):
        text = head(name, "languages: [en]") + "rules:\n" + rule(f"line: {{regex: '[A-Z]{{2,9}}{name[0]}'}}")
        (tmp_path / f"{name}.yaml").write_text(text)
    ruleset = cleaner.load(tmp_path, shipped=False)
    assert {problem.rule for problem in check_rules(ruleset, [ruleset.by_name["one"]])} == {"one/it"}


def test_acceptances_of_packs_that_are_not_checked_are_left_alone(tmp_path: Path) -> None:
    """They may well accept something: nobody looked."""
    body = "line: {regex: '[A-Z]{2,9}!'}, accept: [{check: no-literal, why: I say so}]"
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(head(name, "languages: [en]") + "rules:\n" + rule(body))
    ruleset = cleaner.load(tmp_path, shipped=False)
    assert check_rules(ruleset, [ruleset.by_name["one"]]) == []


def test_a_rule_that_takes_body_is_found_by_body(tmp_path: Path) -> None:
    path = tmp_path / "pier.example.yaml"
    path.write_text(pack("line: {prefix: Print}"))
    ruleset = cleaner.load(path, shipped=False)
    body = "The first line.\nPrint is not dead, he said.\n"
    problems = list(check_on_body(ruleset, [(body, "https://pier.example/1", None)]))
    assert [(problem.code, problem.rule) for problem in problems] == [
        (CODES["fires-on-body"], "pier.example/it")
    ]
    assert "line 2 of text 1" in problems[0].message
    assert list(check_on_body(ruleset, [(body, "https://elsewhere.example/1", None)])) == []
    with pytest.raises(InputError, match="other: serves none of these texts"):
        list(check_on_body(ruleset, [(body, "https://pier.example/1", None)], ["other"]))


def test_an_acceptance_of_body_is_judged_by_body_alone(tmp_path: Path) -> None:
    path = tmp_path / "pier.example.yaml"
    path.write_text(
        pack("line: {prefix: Print}, accept: [{check: fires-on-body, why: a column of that name}]")
    )
    ruleset = cleaner.load(path, shipped=False)
    assert check_rules(ruleset) == [], "without texts nobody can tell"
    taken, other = "The first line.\nPrint is not dead, he said.\n", "The first line.\n"
    home, away = "https://pier.example/1", "https://elsewhere.example/1"
    assert list(check_on_body(ruleset, [(taken, home, None), (other, home, None)])) == []
    assert list(check_on_body(ruleset, [(other, away, None)])) == [], "the rule was not tried"
    problems = list(check_on_body(ruleset, [(other, home, None), (taken, away, None)]))
    assert [(problem.code, problem.rule, problem.location.line) for problem in problems] == [
        (CODES["needless-accept"], "pier.example/it", 5)
    ]
    assert problems[0].message.startswith("needless-accept: nothing to accept: fires-on-body")


def regex(pattern: str, **options: int) -> Matcher:
    return Matcher(Form.REGEX, Location("p.yaml"), (pattern,), **options)


def test_a_slow_line_is_shown_with_its_time() -> None:
    slow = find_slow_line(regex("(?:.*a){30}.*!"))
    assert slow is not None
    line, seconds = slow
    assert line[:3] == line[3:6] and seconds >= SLOW_SECONDS


@pytest.mark.parametrize(
    "pattern", [r"\d{1,4} Comments?", r"Photo: .{3,60}", r"(?:[A-Z][a-z]+ ){1,4}reports", "a|b|c"]
)
def test_patterns_of_ordinary_rules_are_fast(pattern: str) -> None:
    assert find_slow_line(regex(pattern)) is None
