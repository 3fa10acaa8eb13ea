"""Bad rule files: each slip has its code, its place and the way out, and all are told at once."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaner import RuleError, load
from cleaner.errors import Problem, RuleLoadError
from cleaner.nodes import MAX_FILE_BYTES, parse
from cleaner.rules import Block, Cut, Form, Inline, Kind, Sequence, Zone

HEAD = "format: 1\npack: a.com\nsites: [a.com]\n"
EXACT = "line: {exact: Share}"


def rule(body: str, kind: str = "kind: share\n    ") -> str:
    """A pack of one rule with this operation."""
    return f"{HEAD}rules:\n  - id: one\n    {kind}{body}\n"


def problems_of(tmp_path: Path, text: str | bytes, name: str = "a.com.yaml") -> list[Problem]:
    """What the loader says of one file. Fails if it says nothing."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RuleLoadError) as caught:
        load(path, shipped=False)
    return list(caught.value.problems)


def only(tmp_path: Path, text: str | bytes, name: str = "a.com.yaml") -> tuple[str, int, int, str]:
    (problem,) = problems_of(tmp_path, text, name)
    return problem.code, problem.location.line, problem.location.column, problem.message


BROKEN = {
    "unknown key in matcher": (rule("line: {extact: Share}"), "E101", 7, 12, "did you mean 'exact'?"),
    "unknown key in rule": (rule(EXACT + "\n    knid: x"), "E101", 8, 5, "did you mean 'kind'?"),
    "unknown key in pack": (HEAD + "ruls: []\n", "E101", 4, 1, "did you mean 'rules'?"),
    "no format": ("pack: a.com\n", "E102", 1, 1, "lacks 'format'"),
    "format of the future": ("format: 2\npack: a.com\n", "E107", 1, 9, "1"),
    "no kind": (rule(EXACT, kind=""), "E102", 5, 5, "lacks 'kind'"),
    "kind on keep": (rule("keep: {exact: Share}"), "E109", 6, 11, "has no kind"),
    "unknown kind": (rule(EXACT, kind="kind: navv\n    "), "E201", 6, 11, "did you mean 'nav'?"),
    "unknown class": (rule("line: {class: pros}"), "E201", 7, 19, "did you mean 'prose'?"),
    "duplicate key": (rule(EXACT + "\n    kind: nav"), "E010", 8, 5, "first on line 6"),
    "two operations": (rule(EXACT + "\n    keep: {exact: A}"), "E105", 8, 5, "'line' and 'keep'"),
    "no operation": (rule("why: nothing"), "E105", 5, 5, "lacks one of line"),
    "two forms": (rule("line: {exact: A, prefix: B}"), "E106", 7, 22, "'exact' and 'prefix'"),
    "no form": (rule("line: {max_chars: 3}"), "E106", 7, 11, "lacks one of exact"),
    "block without a bound": (rule("block: {from: {exact: A}, to: {exact: B}}"), "E107", 7, 12, "max_lines"),
    "cut without a bound": (rule("cut: {from: {exact: A}}"), "E107", 7, 10, "max_prose"),
    "cut both ways": (
        rule("cut: {from: {exact: A}, to: {exact: B}, max_prose: 9}"), "E106", 7, 29, "'from' and 'to'",
    ),
    "endless repeat": (rule("sequence: [{drop: {exact: A}, repeat: [0, 1000]}]"), "E107", 7, 47, "0 to 100"),
    "repeat upside down": (rule("sequence: [{drop: {exact: A}, repeat: [3, 2]}]"), "E107", 7, 43, "[3, 2]"),
    "nothing required": (rule("sequence: [{drop: {exact: A}, repeat: [0, 2]}]"), "E107", 7, 15, "at least"),
    "bounds upside down": (rule("line: {exact: A, min_chars: 9, max_chars: 3}"), "E107", 7, 33, "over max"),
    "zone on inline": (rule("inline: {at: end, exact: more}\n    zone: head"), "E109", 8, 11, "'inline'"),
    "zone on keep": (rule("keep: {exact: A}\n    zone: tail", kind=""), "E109", 7, 11, "'keep'"),
    "cut in a zone of the body": (
        rule("cut: {from: {exact: A}, max_prose: 9}\n    zone: {tail: 4, of: body}"),
        "E109",
        8,
        25,
        "'cut'",
    ),
    "zone without a side": (rule(EXACT + "\n    zone: {of: body}"), "E106", 8, 11, "head, tail"),
    "zone of two sides": (rule(EXACT + "\n    zone: {tail: 4, of: body, head: 4}"), "E106", 8, 31, "head"),
    "zone of something else": (rule(EXACT + "\n    zone: {tail: 4, of: bodies}"), "E201", 8, 25, "'body'"),
    "unknown zone": (rule(EXACT + "\n    zone: tial"), "E201", 8, 11, "did you mean 'tail'?"),
    "touching a line": (rule(EXACT + "\n    touching: true"), "E109", 8, 15, "sequence"),
    "inline class": (rule("inline: {at: end, any_of: [{class: url}]}"), "E109", 7, 32, "exact"),
    "inline without a literal": (rule("inline: {at: end, regex: '\\d+'}"), "E302", 7, 13, "literal"),
    "inline without a place": (rule("inline: {exact: more}"), "E102", 7, 13, "'at'"),
    "case of a class": (rule("line: {class: url, ignore_case: true}"), "E109", 7, 37, "class"),
    "lookaround": (rule("line: {regex: 'ab(?=c)'}"), "E301", 7, 22, "look"),
    "anchor": (rule("line: {regex: '^ab'}"), "E301", 7, 20, "whole line"),
    "unquoted On": (rule("line: {exact: On}"), "E104", 7, 19, "'On'"),
    "unquoted no": (rule("line: {exact: [no, A]}"), "E104", 7, 20, "'no'"),
    "unquoted time": (rule("line: {exact: 10:30}"), "E104", 7, 19, "'10:30'"),
    "unquoted number": (rule("line: {exact: 1_000}"), "E104", 7, 19, "'1_000'"),
    "unquoted date": (rule("line: {exact: 2018-04-27}"), "E104", 7, 19, "'2018-04-27'"),
    "unquoted null": (rule("line: {exact: [~]}"), "E104", 7, 20, "'~'"),
    "a comment's tail": (rule("line:\n      exact: Comments #3"), "E104", 8, 14, "' #'"),
    "empty text": (rule("line: {exact: ''}"), "E108", 7, 19, "matches nothing"),
    "invisible text": (rule('line: {exact: "\\u200b"}'), "E108", 7, 19, "matches nothing"),
    "empty list": (rule("line: {exact: []}"), "E108", 7, 19, "at least 1"),
    "a list for a mapping": (rule("line: [Share]"), "E103", 7, 11, "mapping"),
    "a mapping for text": (rule("line: {exact: {a: b}}"), "E103", 7, 19, "text is wanted"),
    "a quoted number": (rule("line: {exact: A, max_chars: '9'}"), "E107", 7, 33, "whole number"),
    "yes for true": (rule("line: {exact: A, ignore_case: yes}"), "E103", 7, 35, "true or false"),
    "unknown use": (rule("line: {use: hedings}"), "E204", 7, 17, "names no 'hedings'"),
    "bad example": (rule(EXACT + "\n    examples:\n      - |\n        Share"), "E110", 9, 9, "'- '"),
    "half an inline example": (rule(EXACT + "\n    examples:\n      - |\n        ~ a"), "E110", 9, 9, "'> '"),
    "a path for a pack": ("format: 1\npack: ../a\n", "E209", 2, 7, "never a path"),
    "another file's name": ("format: 1\npack: b.com\n", "E208", 2, 7, "'a.com' here, not 'b.com'"),
    "a path in uses": (HEAD + "uses: [../../etc/passwd]\n", "E209", 4, 8, "never a path"),
    "unknown pack": (HEAD + "uses: [lang.en]\n", "E202", 4, 8, "no pack 'lang.en'"),
    "unknown rule": (HEAD + "disable: [b.com/x]\n", "E203", 4, 11, "no rule 'b.com/x'"),
    "uses itself": (HEAD + "uses: [a.com]\n", "E205", 1, 1, "a.com -> a.com"),
    "no host": (HEAD.replace("[a.com]", "[localhost]"), "E209", 3, 9, "a host"),
    "no language": (HEAD + "languages: [English]\n", "E209", 4, 13, "a language tag"),
    "known without sites": ("format: 1\npack: a.com\nknown_by: [A b c, D e f]\n", "E211", 3, 11, "'sites'"),
    "known by one line": (HEAD + "known_by: [A b c]\n", "E108", 4, 11, "at least 2"),
    "known and disabling": (
        HEAD + "known_by: [A b c, D e f]\nrules:\n  - id: k\n    keep: {exact: A}\n", "E211", 1, 1, "no keep",
    ),
    "alias": (rule("line: *other"), "E006", 7, 11, "'use' it"),
    "anchor and alias": (HEAD + "let: &x\n  a: {exact: A}\n", "E006", 4, 6, "'use' it"),
    "tag": (HEAD + "title: !!str A\n", "E007", 4, 8, "tag"),
    "merge key": (rule("line: {<<: {exact: A}}"), "E101", 7, 12, "'<<'"),
    "second document": (HEAD + "---\n" + HEAD, "E009", 4, 1, "one file is one pack"),
    "nested deep": (HEAD + "let: " + "[" * 60_000, "E008", 4, 25, "nested"),
    "nested dashes": (HEAD + "let:\n  " + "- " * 30_000 + "a\n", "E008", 5, 41, "nested"),
    "not YAML": (HEAD + "rules: [\n", "E005", 5, 1, "not YAML"),
    "tab": (HEAD + "rules:\n\t- id: x\n", "E005", 5, 1, "not YAML"),
    "control character": (HEAD + "title: a\x07b\n", "E005", 4, 9, "U+0007"),
    "empty": ("", "E004", 0, 0, "format: 1"),
    "only a comment": ("# nothing\n", "E004", 0, 0, "format: 1"),
    "a list": ("- a\n", "E103", 1, 1, "mapping"),
    "a word": ("hello\n", "E103", 1, 1, "mapping"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_each_slip_has_its_code_and_place(tmp_path: Path, name: str) -> None:
    text, code, line, column, message = BROKEN[name]
    problems = problems_of(tmp_path, text)
    assert [(p.code, p.location.line, p.location.column) for p in problems][:1] == [(code, line, column)]
    assert message in problems[0].message
    assert len(problems) == 1


def test_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    code, line, column, message = only(tmp_path, HEAD.encode() + b"title: caf\xe9\n")
    assert (code, line, column) == ("E002", 4, 11)
    assert "0xe9" in message and "UTF-8" in message


def test_a_file_over_the_limit(tmp_path: Path) -> None:
    text = HEAD + "#" * (MAX_FILE_BYTES - len(HEAD))
    path = tmp_path / "a.com.yaml"
    path.write_text(text)
    load(path, shipped=False)
    assert only(tmp_path, text + "#")[0] == "E003"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        load(tmp_path / "nowhere.yaml", shipped=False)
    assert [problem.code for problem in caught.value.problems] == ["E001"]
    assert str(tmp_path / "nowhere.yaml") in str(caught.value)


def test_all_problems_of_all_files_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.com.yaml").write_text(rule("line: {extact: Share}\n    zone: haed"))
    (tmp_path / "b.com.yaml").write_text("format: 1\npack: b.com\nuses: [c.com, a.com]\n")
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path, shipped=False)
    found = [(Path(p.location.path).name, p.location.line, p.code, p.rule) for p in caught.value.problems]
    assert found == [
        ("a.com.yaml", 7, "E101", "one"),
        ("a.com.yaml", 8, "E201", "one"),
        ("b.com.yaml", 3, "E202", ""),
    ]
    assert str(caught.value.problems[0]).endswith(
        "a.com.yaml:7:12: E101 unknown key 'extact' in matcher (did you mean 'exact'?)"
    )


def test_two_packs_of_one_name(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.com.yaml").write_text(HEAD)
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path, shipped=False)
    (problem,) = caught.value.problems
    assert problem.code == "E207"
    assert "there already" in problem.message


def test_a_known_line_belongs_to_one_pack(tmp_path: Path) -> None:
    known = "known_by: ['{}', 'Only ours %s']\n"
    (tmp_path / "a.com.yaml").write_text(HEAD + known.format("The Coast’s News") % "a")
    (tmp_path / "b.com.yaml").write_text(
        HEAD.replace("a.com", "b.com") + known.format("The Coast''s News") % "b"
    )
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path, shipped=False)
    assert [problem.code for problem in caught.value.problems] == ["E210"]


def test_a_kit_that_only_recognition_brings_may_not_keep(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "k.yaml").write_text(
        "format: 1\npack: kit.k\nonly_used: true\nrules:\n  - id: k\n    keep: {exact: A}\n"
    )
    (tmp_path / "a.com.yaml").write_text(HEAD + "uses: [kit.k]\nknown_by: [A b c, D e f]\n")
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path, shipped=False)
    assert [problem.code for problem in caught.value.problems] == ["E211"]


def test_a_circle_of_uses_is_told_once(tmp_path: Path) -> None:
    for name, used in (("a.com", "b.com"), ("b.com", "c.com"), ("c.com", "a.com")):
        (tmp_path / f"{name}.yaml").write_text(f"format: 1\npack: {name}\nuses: [{used}]\n")
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path, shipped=False)
    assert [p.message for p in caught.value.problems] == [
        "uses goes in a circle: a.com -> b.com -> c.com -> a.com"
    ]


def test_errors_survive_pickling(tmp_path: Path) -> None:
    with pytest.raises(RuleLoadError) as caught:
        load(tmp_path / "nowhere", shipped=False)
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is RuleLoadError
    assert again.problems == caught.value.problems


GOOD = """\
format: 1
pack: a.com
title: The A
sites: [a.com, =b.com, "!c.a.com"]
languages: en
let:
  heading: {exact: [More, "On"], ignore_case: true}
rules:
  - id: one
    kind: related
    why: headings
    sequence:
      - drop: {any_of: [{use: heading}, {prefix: "More from ", unless: {class: prose}}]}
      - drop: {regex: 'a{2}', max_chars: 9}
        repeat: [0, 2]
    touching: true
    zone: {head: 12}
    seen: {first: 2023-01-05}
    examples:
      - |
        - More
        =
        = Stay
      - text: |
          ~ a more
          > a
        todo: true
  - id: two
    kind: ad
    block: {from: {exact: A}, to: {exact: B}, max_lines: 9}
    zone: {of: body, tail: 4}
  - id: three
    kind: ad
    cut: {to: {exact: A}, max_prose: 0}
    zone: tail
  - id: four
    kind: ad
    inline: {at: anywhere, any_of: [{exact: "more "}, {regex: 'mo+re'}]}
"""


def test_a_whole_pack(tmp_path: Path) -> None:
    path = tmp_path / "a.com.yaml"
    path.write_text(GOOD)
    (pack,) = load(path, shipped=False).packs
    one, two, three, four = pack.rules
    assert (pack.title, pack.sites, pack.languages) == ("The A", ("a.com", "=b.com", "!c.a.com"), ("en",))
    assert (one.name, one.kind, one.zone, one.seen) == (
        "a.com/one",
        Kind.RELATED,
        Zone("head", 12),
        ("2023-01-05", ""),
    )
    assert one.location[1:] == (9, 5)
    assert isinstance(one.operation, Sequence) and one.operation.touching
    first, second = one.operation.steps
    assert (second.min_count, second.max_count, second.drop.max_chars) == (0, 2, 9)
    assert first.drop.form is Form.ANY_OF
    used = first.drop.any_of[0].any_of[0]
    assert (used.form, used.values, used.ignore_case) == (Form.EXACT, ("More", "On"), True)
    assert [(e.before, e.after, e.todo) for e in one.examples] == [
        ("More\n\nStay\n", "\nStay\n", False),
        ("a more\n", "a\n", True),
    ]
    assert isinstance(two.operation, Block) and two.operation.max_lines == 9
    assert two.zone == Zone("tail", 4, "body")
    assert isinstance(three.operation, Cut) and not three.operation.to_end and three.operation.max_prose == 0
    assert isinstance(four.operation, Inline) and four.operation.at == "anywhere"


def test_packs_of_a_users_folder_come_last_and_shipped_ones_are_there(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("format: 1\npack: mine\n")
    names = [pack.name for pack in load(tmp_path).packs]
    assert names[-1] == "mine"
    assert {"kit.wordpress", "lang.de", "lang.en", "dw.com", "news.sky.com"} <= set(names)
    kits, languages = names.index("kit.wordpress"), names.index("lang.en")
    assert kits < languages < names.index("dw.com")


def test_ignore_case_reaches_all_alternatives_but_not_unless(tmp_path: Path) -> None:
    path = tmp_path / "a.com.yaml"
    path.write_text(rule("line: {any_of: [{exact: A}, {class: url}], ignore_case: true, unless: {exact: B}}"))
    matcher = load(path, shipped=False).rule("a.com/one").operation.matcher  # type: ignore[union-attr]
    assert [inner.ignore_case for inner in matcher.any_of] == [True, False]
    assert matcher.unless is not None and not matcher.unless.ignore_case


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda b: b.decode("latin-1")))
def test_no_text_crashes_the_reader(text: str) -> None:
    tree = parse(text, "x.yaml")
    assert tree.root is not None or tree.problems


@given(st.text(alphabet="[]{}:- &*!|>'\"#%@`,?ab1\n\t\\", max_size=120))
def test_no_heap_of_indicators_crashes_the_reader(text: str) -> None:
    tree = parse(text, "x.yaml")
    assert tree.root is not None or tree.problems
