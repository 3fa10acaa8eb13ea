"""The rule author's workbench: `cleaner rules test`, `check`, `new`, `diff`, `stats`, and `cleaner eval`."""

from __future__ import annotations

import gzip
import json
import re
from functools import partial
from pathlib import Path

import pytest

from cleaner import loader
from tests.cli.shell import Inside, Shell, error_lines
from tests.drafts import filled_in

LOAD = partial(loader.load, shipped=False)
"""Taken before other tests put a cache in its place: here one file holds one pack after another."""

SENTENCE = (
    "The ferry left the island at noon, and the passengers were told to wait for the next, the mayor said."
)

PACK = """\
format: 1
pack: pier.example
sites: [pier.example]
rules:
  - id: share
    kind: share
    why: the buttons
    line: {exact: [Share this pier, Print this pier]}
    examples:
      - |
        - Share this pier
        = Share this pier with me
  - id: window
    kind: code
    why: what a screen reader says
    inline: {at: end, exact: ' (opens a pier)'}
    examples:
      - |
        ~ He left (opens a pier)
        > He left
        = The mayor opens a pier
"""
WRONG = PACK.replace("        - Share this pier\n", "        - Share that pier\n        = Print this pier\n")
TODO = PACK.replace(
    "      - |\n        - Share", "      - todo: true\n        text: |\n          - Share"
).replace("        = Share this pier with", "          = Share this pier with")


@pytest.fixture
def inside(
    tmp_path: Path, packs: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Inside:
    """`cleaner` in this process, which reads rules anew each time."""
    monkeypatch.setattr(loader, "load", LOAD)
    monkeypatch.chdir(tmp_path)
    return Inside(packs, capfdbinary)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "pier.example.yaml"
    path.write_text(PACK)
    return path


def line_of(text: str, source: str = PACK) -> int:
    return next(number for number, line in enumerate(source.splitlines(), 1) if text in line)


# rules test


def test_examples_that_hold(shell: Shell, pack: Path) -> None:
    done = shell("rules", "test", pack.name)
    assert done.stdout.decode().splitlines() == ["2 rules, 2 examples, 0 to look at; 0 still to do"]
    assert (done.stderr, done.returncode) == (b"", 0)


def test_a_failure_shows_the_document_with_margins(shell: Shell, pack: Path) -> None:
    pack.write_text(WRONG)
    done = shell("rules", "test", pack.name)
    place = f"pier.example.yaml:{line_of('      - |', WRONG)}"
    rule_place = f"pier.example.yaml:{line_of('- id: share', WRONG)}"
    assert done.stdout.decode().splitlines() == [
        f"{place}: pier.example/share: fails (alone; stack; shuffled)",
        "    wanted is",
        "  !   -    =  Share that pier",
        "  !   =    -  Print this pier",
        f"             by pier.example/share (share), {rule_place}",
        "      =    =  Share this pier with me",
        "",
        "2 rules, 2 examples, 1 to look at; 0 still to do",
    ]
    assert (done.stderr, done.returncode) == (b"", 1)


def test_a_span_that_differs_is_shown(inside: Inside, pack: Path) -> None:
    pack.write_text(PACK.replace("        > He left\n", "        > He\n"))
    lines = inside("rules", "test", pack.name).stdout.decode().splitlines()
    assert lines[2:6] == [
        "  !   ~    ~  He left (opens a pier)",
        "             wanted: He",
        "             left: He left",
        f"             by pier.example/window (code), pier.example.yaml:{line_of('- id: window')}",
    ]


def test_a_todo_that_passes_is_reported(inside: Inside, pack: Path) -> None:
    pack.write_text(TODO)
    done = inside("rules", "test", pack.name)
    assert "pier.example/share: passes in every way, so it is no longer to do" in done.stdout.decode()
    assert done.returncode == 1
    pack.write_text(TODO.replace("- Share this pier\n", "- Share that pier\n"))
    done = inside("rules", "test", pack.name)
    assert done.stdout.decode() == "2 rules, 2 examples, 0 to look at; 1 still to do\n"
    assert done.returncode == 0


def test_what_the_stack_does_is_seen(inside: Inside, pack: Path, tmp_path: Path) -> None:
    """A rule of another pack that takes the near miss: the example holds alone, and fails in the stack."""
    other = PACK.replace("pier.example", "other.example").replace("sites: [other.example]\n", "")
    (tmp_path / "other.example.yaml").write_text(
        other.replace("[Share this pier, Print this pier]", "Share this pier with me").replace(
            "        - Share this pier\n        = Share this pier with me\n",
            "        - Share this pier with me\n        = Share this pier with you\n",
        )
    )
    done = inside("rules", "test", pack.name, "other.example.yaml")
    assert "pier.example/share: fails (stack; shuffled)" in done.stdout.decode()
    assert "by other.example/share (share), other.example.yaml:" in done.stdout.decode()


@pytest.mark.parametrize("command", ["test", "check", "stats"])
def test_a_pack_by_its_name(inside: Inside, pack: Path, command: str) -> None:
    texts = ("--on", pack.name) if command == "stats" else ()
    assert inside("rules", command, pack.name, "pier.example", *texts).returncode == 0
    done = inside("rules", command, pack.name, "peer.example", *texts)
    assert error_lines(done) == ["cleaner: there is no pack 'peer.example' (did you mean 'pier.example'?)"]
    assert (done.stdout, done.returncode) == (b"", 2)


@pytest.mark.parametrize("command", ["test", "check"])
def test_a_file_that_is_named_twice_is_there_once(
    inside: Inside, pack: Path, tmp_path: Path, command: str
) -> None:
    once = inside("rules", command, pack.name)
    twice = inside("rules", command, pack.name, tmp_path / "." / pack.name, str(tmp_path))
    assert (twice.stdout, twice.stderr, twice.returncode) == (once.stdout, b"", 0)


def test_a_file_that_is_shipped_is_not_loaded_twice(whole_shell: Shell) -> None:
    from cleaner.loader import shipped_folder

    done = whole_shell("rules", "test", shipped_folder() / "kit" / "wordpress.yaml")
    assert re.fullmatch(rb"\d+ rules?, \d+ examples?, 0 to look at; \d still to do\n", done.stdout)
    assert (done.stderr, done.returncode) == (b"", 0)


def test_rules_that_do_not_load_are_not_judged(inside: Inside, pack: Path) -> None:
    pack.write_text(PACK.replace("kind: share", "kind: shaer"))
    done = inside("rules", "test", pack.name)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert "E201 unknown kind 'shaer' (did you mean 'share'?)" in error_lines(done)[0]


# rules check

UNSHOWN = PACK.replace("        = Share this pier with me\n", "")


def test_check_of_a_sound_pack(shell: Shell, pack: Path) -> None:
    done = shell("rules", "check", pack.name)
    assert done.stdout.decode() == "1 pack, 2 rules: 0 errors, 0 warnings\n"
    assert (done.stderr, done.returncode) == (b"", 0)


def test_check_prints_place_severity_code_name_and_rule(shell: Shell, pack: Path) -> None:
    pack.write_text(UNSHOWN)
    done = shell("rules", "check", pack.name)
    message = "no-near-miss: show a line that looks alike and stays: '= ...' under examples"
    assert done.stdout.decode().splitlines() == [
        f"pier.example.yaml:{line_of('- id: share')}:5: error C102 {message} [pier.example/share]",
        "1 pack, 2 rules: 1 error, 0 warnings",
    ]
    assert done.returncode == 1


def test_check_as_json(inside: Inside, pack: Path) -> None:
    pack.write_text(UNSHOWN)
    done = inside("rules", "check", pack.name, "--format", "json")
    assert json.loads(done.stdout) == [
        {
            "path": "pier.example.yaml",
            "line": line_of("- id: share"),
            "column": 5,
            "severity": "error",
            "code": "C102",
            "name": "no-near-miss",
            "message": "show a line that looks alike and stays: '= ...' under examples",
            "rule": "pier.example/share",
        }
    ]
    assert done.returncode == 1


def test_check_for_a_code_host(inside: Inside, pack: Path) -> None:
    pack.write_text(UNSHOWN)
    done = inside("rules", "check", pack.name, "--format", "github")
    place = f"file=pier.example.yaml,line={line_of('- id: share')},col=5"
    start = f"::error {place},title=C102 pier.example/share::no-near-miss: "
    assert done.stdout.decode().startswith(start)


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--strict",), 1)])
def test_warnings_alone_are_wanting_only_if_asked(
    inside: Inside, pack: Path, options: tuple[str, ...], code: int
) -> None:
    pack.write_text(PACK.replace("    why: the buttons\n", ""))
    done = inside("rules", "check", pack.name, *options)
    assert ": warning C103 no-why: " in done.stdout.decode()
    assert done.returncode == code


@pytest.mark.parametrize(
    ("style", "begin"), [("text", "pier.example.yaml:6:"), ("github", "::error file=p"), ("json", "[")]
)
def test_rules_that_do_not_load_are_shown_in_the_wanted_form(
    inside: Inside, pack: Path, style: str, begin: str
) -> None:
    pack.write_text(PACK.replace("kind: share", "kind: shaer"))
    done = inside("rules", "check", pack.name, "--format", style)
    assert done.stdout.decode().startswith(begin)
    assert "E201" in done.stdout.decode()
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("field", "options"), [("body", ()), ("text", ()), ("article", ("--body-field", "article"))]
)
def test_check_on_bodies_is_the_decisive_one(
    inside: Inside, pack: Path, tmp_path: Path, field: str, options: tuple[str, ...]
) -> None:
    row = {"url": "https://pier.example/1", field: f"{SENTENCE}\nShare this pier\n"}
    (tmp_path / "bodies.jsonl").write_text(json.dumps(row) + "\n")
    done = inside("rules", "check", pack.name, "--on", "bodies.jsonl", *options)
    assert "error C113 fires-on-body: takes body, line 2 of text 1: 'Share this pier'" in done.stdout.decode()
    assert done.returncode == 1


def test_check_on_rows_without_bodies_judges_nothing(inside: Inside, pack: Path, tmp_path: Path) -> None:
    """A file with another field would pass as clean."""
    path = tmp_path / "bodies.jsonl"
    for rows in ("", '{"article": "a"}\n', '{"body": ""}\n'):
        path.write_text(rows)
        done = inside("rules", "check", pack.name, "--on", path.name)
        assert error_lines(done) == ["cleaner: bodies.jsonl: no row has a body (field body, or else text)"]
        assert done.returncode == 2


def test_check_on_bodies_reports_what_need_not_be_accepted(
    inside: Inside, pack: Path, tmp_path: Path
) -> None:
    accepted = "    why: the buttons\n    accept: [{check: fires-on-body, why: a column of this name}]\n"
    pack.write_text(PACK.replace("    why: the buttons\n", accepted))
    path = tmp_path / "bodies.jsonl"
    row = {"url": "https://pier.example/1", "body": f"{SENTENCE}\nShare this pier\n"}
    path.write_text(json.dumps(row) + "\n")
    assert inside("rules", "check", pack.name, "--on", path.name).returncode == 0
    path.write_text(json.dumps(row | {"body": SENTENCE}) + "\n")
    assert inside("rules", "check", pack.name).returncode == 0
    done = inside("rules", "check", pack.name, "--on", path.name)
    assert "error C114 needless-accept: nothing to accept: fires-on-body" in done.stdout.decode()
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (b"{}\n\n[1]\n", "bodies.jsonl:3: not a JSON object"),
        (b'{"text": \xff}\n', "bodies.jsonl:1: not UTF-8 at byte 9 of the row"),
        (b"{\n", "bodies.jsonl:1: not JSON: "),
    ],
)
def test_rows_that_cannot_be_read_are_named(
    inside: Inside, pack: Path, tmp_path: Path, row: bytes, message: str
) -> None:
    (tmp_path / "bodies.jsonl").write_bytes(row)
    done = inside("rules", "check", pack.name, "--on", "bodies.jsonl")
    assert done.returncode == 2
    assert error_lines(done)[0].startswith(f"cleaner: {message}")


def test_check_on_texts_of_other_sites_judges_nothing(inside: Inside, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "bodies.jsonl").write_text('{"body": "Share this\\n", "url": "https://quay.example/1"}\n')
    done = inside("rules", "check", pack.name, "--on", "bodies.jsonl")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done)[0].startswith("cleaner: pier.example: serves none of these texts")


# rules new

SAMPLES = [
    "\n".join(
        [
            "Skip to the tide table",
            f"A headline about {topic}",
            "Lantern Bay Gazette",
            f"Lamplight: {topic} by Ada Quill",
            f"{number} readers are here",
            f"{SENTENCE} So it was with {topic}, and more of it is to come in the evening, they said.",
            "Lantern Bay loves letters, and ours goes out each day to all who like the sea. Join us there.",
            "More from the Bay",
        ]
    )
    + "\n"
    for number, topic in ((7, "ferries"), (12, "gulls"), (103, "nets"))
]


def write_samples(folder: Path) -> list[str]:
    for number, text in enumerate(SAMPLES):
        (folder / f"page{number}.txt").write_text(text)
    return [f"page{number}.txt" for number in range(len(SAMPLES))]


def test_a_new_pack_filled_in_passes_test_and_check(shell: Shell, tmp_path: Path) -> None:
    samples = write_samples(tmp_path)
    done = shell("rules", "new", "https://www.lantern.example/", *samples, "--output", "lantern.example.yaml")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    path = tmp_path / "lantern.example.yaml"
    assert path.read_text().startswith("# yaml-language-server: $schema=")
    assert shell("rules", "check", path.name).returncode == 0, "as it is it loads, and has no rules"
    path.write_text(filled_in(path.read_text()))
    done = shell("rules", "check", path.name, "--strict")
    assert (done.stdout.decode().splitlines()[-1].partition(": ")[2], done.returncode) == (
        "0 errors, 0 warnings",
        0,
    )
    assert shell("rules", "test", path.name).returncode == 0


def test_new_takes_the_language_that_it_is_told(inside: Inside, tmp_path: Path) -> None:
    samples = write_samples(tmp_path)
    done = inside("rules", "new", "lantern.example", *samples, "--lang", "nl")
    assert "languages: [nl]" in done.stdout.decode()


def test_new_names_a_way_out_of_other_encodings(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Men\u00fa\n".encode("latin-1"))
    done = inside("rules", "new", "lantern.example", "latin.txt")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        "cleaner: cannot read latin.txt: not UTF-8 at byte 3 (0xfa); "
        "convert it first, for instance: iconv -f latin1 -t utf-8"
    ]


def test_new_proposes_what_samples_share_and_no_prose_of_one(inside: Inside, tmp_path: Path) -> None:
    draft = inside("rules", "new", "lantern.example", *write_samples(tmp_path)).stdout.decode()
    proposed = draft.partition("# rules:\n")[2]
    for line in (
        "- Skip to the tide table",
        "- 'Lamplight:'",
        r"- '\d{1,5} readers are here'",
        "- Lantern Bay loves letters, and ours goes",
        "- More from the Bay",
    ):
        assert line in proposed
    assert "The ferry left" not in proposed
    assert "A headline about gulls" not in proposed


def test_new_leaves_out_what_rules_take_already(inside: Inside, tmp_path: Path, packs: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Bridge menu: news\nBridge board\n{SENTENCE}\n")
    (tmp_path / "b.txt").write_text(f"Bridge menu: news\nBridge board\n{SENTENCE} Again.\n")
    draft = inside("rules", "new", "a.example", "a.txt", "b.txt", "--rules", packs).stdout.decode()
    assert "Bridge board" in draft
    assert "Bridge menu" not in draft


def test_new_without_samples_teaches_and_loads(inside: Inside, tmp_path: Path) -> None:
    done = inside("rules", "new", "lantern.example")
    (tmp_path / "lantern.example.yaml").write_bytes(done.stdout)
    for word in ("line:", "inline:", "sequence:", "block:", "cut:", "keep:", "zone: head"):
        assert word in done.stdout.decode()
    assert inside("rules", "test", "lantern.example.yaml").returncode == 0


def test_new_overwrites_nothing(inside: Inside, pack: Path) -> None:
    done = inside("rules", "new", "pier.example", "--output", pack.name)
    assert (done.returncode, pack.read_text()) == (2, PACK)
    assert error_lines(done) == ["cleaner: cannot write pier.example.yaml: File exists"]
    done = inside("rules", "new", "https://www.pier.example/a", "--output", "peer.yaml")
    assert error_lines(done) == [
        "cleaner: --output peer.yaml: a pack's file has the pack's name, pier.example.yaml"
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("localhost",), "no site: 'localhost' (write it as www.example.com or example.com)"),
        (("a page",), "no host in 'a page' (write it as https://www.example.com/page or example.com)"),
        (("pier.example", "none.txt"), "cannot read none.txt: No such file or directory"),
        (("pier.example", "."), "cannot read .: Is a directory"),
        (
            ("pier.example", "row.jsonl"),
            "row.jsonl:1: the field 'text' is missing or no string; it has 'body'",
        ),
        (
            ("pier.example", "--output", "none/pier.example.yaml"),
            "cannot write none/pier.example.yaml: No such file or directory",
        ),
    ],
)
def test_new_says_what_it_cannot_use(
    inside: Inside, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    (tmp_path / "row.jsonl").write_text('{"body": "a"}\n')
    done = inside("rules", "new", *arguments)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [f"cleaner: {message}"]


def test_new_beside_a_pack_of_that_site(inside: Inside, pack: Path, tmp_path: Path) -> None:
    """A second pack of one name would be an error."""
    done = inside("rules", "new", "pier.example", "--rules", pack.name)
    path = tmp_path / "pier.example-own.yaml"
    path.write_bytes(done.stdout)
    assert inside("rules", "check", pack.name, path.name).returncode == 0


# rules schema


def test_schema_is_json(shell: Shell) -> None:
    done = shell("rules", "schema")
    assert json.loads(done.stdout)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert (done.stderr, done.returncode) == (b"", 0)


# rules diff

TEXT = f"Share this pier\n{SENTENCE}\nHe left (opens a pier)\nPrint this pier\n"


@pytest.fixture
def versions(tmp_path: Path) -> tuple[str, str]:
    """Two versions of a pack, and texts of its site."""
    for name, change in (("old", ("", "")), ("new", (", Print this pier", ""))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pier.example.yaml").write_text(PACK.replace(*change))
    row = {"url": "https://pier.example/1", "text": TEXT, "date": "2024-05-31"}
    (tmp_path / "texts.jsonl").write_text(
        json.dumps(row) + "\n" + json.dumps(row | {"date": "2023-01-02T05"}) + "\n"
    )
    return "old", "new"


def test_diff_shows_lines_rules_and_counts(shell: Shell, versions: tuple[str, str]) -> None:
    done = shell("rules", "diff", *versions, "--on", "texts.jsonl")
    lines = done.stdout.decode().splitlines()
    assert lines[:2] == ["texts.jsonl:1:", "  +    4  Print this pier  [pier.example/share]"]
    assert lines[-1].split() == ["pier.example/share", "0", "2", "0", "30"]
    assert (done.stderr, done.returncode) == (b"", 1)


def test_diff_the_other_way_round(inside: Inside, versions: tuple[str, str]) -> None:
    done = inside("rules", "diff", *reversed(versions), "--on", "texts.jsonl", "--format", "json")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(r["where"], r["line"], r["change"], r["rules"]) for r in records] == [
        (f"texts.jsonl:{number}", 4, "goes", ["pier.example/share"]) for number in (1, 2)
    ]


def test_diff_of_the_same_is_quiet(inside: Inside, versions: tuple[str, str]) -> None:
    done = inside("rules", "diff", "old", "old", "--on", "texts.jsonl")
    assert (done.stdout, done.returncode) == (b"no line comes out differently\n", 0)


def test_diff_of_a_span(inside: Inside, versions: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "new" / "pier.example.yaml"
    path.write_text(PACK.replace("' (opens a pier)'", "' a pier)'"))
    lines = inside("rules", "diff", *versions, "--on", "texts.jsonl").stdout.decode().splitlines()
    assert lines[1:4] == [
        "  ~    3  He left (opens a pier)  [pier.example/window]",
        "          left before: He left",
        "          left now:    He left (opens",
    ]


# rules stats


def test_stats_count_what_rules_do(shell: Shell, pack: Path, versions: tuple[str, str]) -> None:
    pack.write_text(PACK + IDLE_RULE)
    done = shell("rules", "stats", pack.name, "--on", "texts.jsonl")
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["rule", "hits", "characters", "texts", "ms"]
    assert lines[1].split()[:4] == ["pier.example/share", "4", "64", "2"]
    assert lines[2].split()[:4] == ["pier.example/window", "2", "30", "2"]
    assert lines[3] == f"2 texts, {2 * len(TEXT)} characters"
    assert lines[-2:] == [
        "Never removed anything, though their packs served: 1",
        f"  pier.example/idle  pier.example.yaml:{PACK.count(chr(10)) + 1}",
    ]
    assert (done.stderr, done.returncode) == (b"", 0)


IDLE_RULE = """\
  - id: idle
    kind: ad
    line: {exact: A pier for sale}
    examples:
      - |
        - A pier for sale
        = A pier
"""


def test_stats_without_dates_say_so(inside: Inside, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "undated.jsonl").write_text('{"text": "Share this\\n", "url": "https://pier.example/1"}\n')
    done = inside("rules", "stats", pack.name, "--on", "undated.jsonl", "--seen")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        "cleaner: no row has a date (field date, as 2026-03-14), so there is none to write"
    ]


def test_stats_propose_dates(inside: Inside, pack: Path, versions: tuple[str, str]) -> None:
    pack.write_text(
        PACK.replace(
            "    why: the buttons\n", "    why: x\n    seen: {first: 2020-01-01, last: 2024-06-01}\n"
        )
    )
    done = inside("rules", "stats", pack.name, "--on", "texts.jsonl", "--seen")
    place = f"pier.example.yaml:{line_of('- id: window') + 1}"
    assert done.stdout.decode() == (
        f"{place}: pier.example/window: seen: {{first: 2023-01-02, last: 2024-05-31}}\n"
    )


# eval

GOLD = [
    {
        "id": "one",
        "url": "https://pier.example/1",
        "extractor": "wet",
        "text": TEXT,
        "body": f"{SENTENCE}\nHe left\n",
        "lines": [[1, "remove", "share"], [2, "keep", ""], [3, "keep", ""], [4, "remove", "share"]],
    },
    {"id": "two", "extractor": "other", "text": f"Menu\n{SENTENCE}\n", "body": SENTENCE},
]


@pytest.fixture
def gold(tmp_path: Path) -> str:
    content = "".join(json.dumps(row) + "\n" for row in GOLD)
    (tmp_path / "gold.jsonl.gz").write_bytes(gzip.compress(content.encode()))
    return "gold.jsonl.gz"


def test_eval_prints_figures_and_blames(shell: Shell, pack: Path, gold: str) -> None:
    done = shell("eval", gold, "--rules", pack.name)
    text = done.stdout.decode()
    assert re.search(
        r"^wet +1 +0\.\d{4} +1\.0000 +1\.0000 +1\.0000 +0\.\d{5} +1\.0000 +\S+ +1 +1$", text, re.M
    )
    assert re.search(r"^share +30 +1\.0000$", text, re.M)
    assert re.search(r"^ +22 +pier.example/window$", text, re.M)
    assert "He left (opens a pier)" in text
    assert re.search(r"^ +4 +two other:1 +Menu$", text, re.M)
    assert text.splitlines()[-1].startswith("~ from labels that were guessed")
    assert (done.stderr, done.returncode) == (b"", 0)


def test_eval_as_json(inside: Inside, pack: Path, gold: str) -> None:
    done = inside("eval", gold, "--rules", pack.name, "--json", "--only", "extractor=wet")
    record = json.loads(done.stdout)
    assert (record["all"]["page_count"], record["all"]["f1"], record["all"]["removal"]) == (1, 1.0, 1.0)
    assert record["by_site"].keys() == {"pier.example"}
    assert [(fate["line"], fate["rule"]) for fate in record["lost"]] == [(3, "pier.example/window")]


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--min-f1", "0.99", "--only", "extractor=wet"), 0, None),
        (("--min-removal", "0.5"), 1, "cleaner: other: removal 0.00000 is below 0.5"),
        (("--only", "id=none"), 2, "cleaner: no rows to judge in gold.jsonl.gz"),
    ],
)
def test_eval_holds_floors(
    inside: Inside, pack: Path, gold: str, options: tuple[str, ...], code: int, message: str | None
) -> None:
    done = inside("eval", gold, "--rules", pack.name, *options)
    assert (error_lines(done), done.returncode) == ([message] if message else [], code)


def test_eval_blind_measures_recognition(inside: Inside, pack: Path, gold: str) -> None:
    pack.write_text(PACK.replace("rules:\n", "known_by: [Share this pier, Print this pier]\nrules:\n", 1))
    done = inside("eval", gold, "--rules", pack.name, "--blind")
    assert done.stdout.decode().splitlines()[-2:] == [
        "recognised 1 of 1 pages whose site has known_by lines (1.0000)",
        "another site's pack came in on 0 pages",
    ]


def test_eval_without_site_packs(inside: Inside, pack: Path, gold: str) -> None:
    done = inside("eval", gold, "--rules", pack.name, "--no-site-packs", "--min-removal", "0.1")
    assert done.returncode == 1


def test_eval_needs_texts_and_bodies(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text('{"text": "a"}\n')
    done = inside("eval", "gold.jsonl")
    assert error_lines(done) == [
        "cleaner: gold.jsonl:1: the field 'body' is missing or no string; it has 'text'"
    ]
    assert done.returncode == 2
