"""`cleaner clean` on texts: what goes in, what comes out, what is said of it, and the exit code."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from tests.cli.shell import ARTICLE, BODY, CLEANED, GENERAL_PACK, Inside, Shell, error_lines

TAIL = "\nFurther down the bridge\nA tunnel instead\n"
MEMBERS = "Bridge members sign in here\n"


# In and out


def test_standard_input_to_standard_output(shell: Shell) -> None:
    done = shell("clean", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.stderr, done.returncode) == (CLEANED, b"", 0)


def test_the_whole_program(whole_shell: Shell) -> None:
    done = whole_shell("clean", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.stderr, done.returncode) == (CLEANED, b"", 0)


def test_bytes_come_through_a_pipe_as_they_are(shell: Shell) -> None:
    done = shell("clean", stdin=b"\xef\xbb\xbfa\r\nBridge menu: x\r\nb\rc\0\n\n\x0c\xc2\x85 no end")
    assert done.stdout == b"\xef\xbb\xbfa\r\nb\rc\0\n\n\x0c\xc2\x85 no end"
    assert (done.stderr, done.returncode) == (b"", 0)


@pytest.mark.parametrize("source", ["-", "a.txt"])
def test_a_file_to_standard_output(inside: Inside, tmp_path: Path, source: str) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = inside("clean", source, stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.returncode) == (CLEANED, 0)
    assert (tmp_path / "a.txt").read_text() == ARTICLE


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"", b""),
        (b"\n\n", b"\n\n"),
        (b"no rule, no end", b"no rule, no end"),
        (b"a\r\nb\rc\r\n", b"a\r\nb\rc\r\n"),
        (b"a\0b\n\0", b"a\0b\n\0"),
        (b"\xef\xbb\xbfmark\n", b"\xef\xbb\xbfmark\n"),
        ("\u2028\x0c\x85 x\n".encode(), "\u2028\x0c\x85 x\n".encode()),
        (b"Bridge menu: x\r\nkept\r\n", b"kept\r\n"),
        (b"kept\r\nBridge menu: x", b"kept\r"),
        (b"a\0\nBridge\0 menu: x\nb", b"a\0\nb"),
        (b"kept (opens a bridge)\r\n", b"kept\r\n"),
        (b"Bridge menu: x", b""),
        ("\ufeffBrücke\xa0teilen\nÜber\n".encode(), "Über\n".encode()),
    ],
)
def test_what_no_rule_takes_comes_through_exactly(inside: Inside, content: bytes, left: bytes) -> None:
    done = inside("clean", stdin=content)
    assert (done.stdout, done.stderr, done.returncode) == (left, b"", 0)


def test_bytes_that_are_not_utf8_are_refused_with_the_way_out(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"Caf\xe9\n")
    done = shell("clean", "latin.txt")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        "cleaner: cannot read latin.txt: not UTF-8 at byte 3 (0xe9); "
        "--errors surrogateescape passes such bytes through"
    ]


def test_bytes_that_are_not_utf8_pass_through_if_they_are_allowed(shell: Shell) -> None:
    done = shell("clean", "--errors", "surrogateescape", stdin=b"Bridge menu: \xff\nCaf\xe9 \xed\xa0\x80\n")
    assert (done.stdout, done.returncode) == (b"Caf\xe9 \xed\xa0\x80\n", 0)


# Which rules


@pytest.mark.parametrize(
    ("options", "tail_goes"),
    [
        ([], False),
        (["--site", "bridge.example"], True),
        (["--site", "https://www.bridge.example/"], True),
        (["--url", "https://news.bridge.example/2024/1?x=y#z"], True),
        (["--url", "https://other.example/"], False),
        (["--site", "bridge.example", "--url", "https://other.example/"], True),
        (["--site", "bridge.example", "--no-site-packs"], False),
        (["--site", "", "--url", "https://bridge.example/", "--lang", "", "--extractor", ""], True),
    ],
)
def test_a_site_brings_its_pack(inside: Inside, options: list[str], tail_goes: bool) -> None:
    done = inside("clean", *options, stdin=(ARTICLE + TAIL).encode())
    assert done.stdout.decode() == (CLEANED if tail_goes else CLEANED + TAIL)
    assert (done.stderr, done.returncode) == (b"", 0)


def test_a_site_is_recognised_by_its_lines(inside: Inside) -> None:
    done = inside("clean", stdin=(ARTICLE + TAIL + MEMBERS).encode())
    assert done.stdout.decode() == CLEANED


def test_a_site_that_no_pack_knows_is_noted_and_cleaned(inside: Inside) -> None:
    done = inside("clean", "--site", "bridge.exampel", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.returncode) == (CLEANED, 0)
    assert error_lines(done) == ["cleaner: no pack serves bridge.exampel; did you mean bridge.example?"]


def test_a_site_without_a_host_is_an_error(inside: Inside) -> None:
    done = inside("clean", "--url", "https:///path")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done)[0].startswith("cleaner: --url: no host in 'https:///path'")


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ([], "Deila brúm\n"),
        (["--lang", "is"], "Deila brúm\n"),
        (["--lang", "en"], "Deila brú\nDeila brúm\n"),
    ],
)
def test_a_language_leaves_out_the_others(inside: Inside, options: list[str], left: str) -> None:
    done = inside("clean", *options, stdin="Deila brú\nDeila brúm\n".encode())
    assert (done.stdout.decode(), done.stderr) == (left, b"")


def test_a_language_that_no_pack_speaks_is_noted(inside: Inside) -> None:
    done = inside("clean", "--lang", "german", stdin=b"x\n")
    assert (done.stdout, done.returncode) == (b"x\n", 0)
    [line] = error_lines(done)
    assert line.startswith("cleaner: no pack serves the language 'german'; there are ")


@pytest.mark.parametrize(("options", "left"), [([], b"Bridge anchor\n"), (["--extractor", "wet"], b"")])
def test_an_extractor_brings_its_packs(inside: Inside, options: list[str], left: bytes) -> None:
    assert inside("clean", *options, stdin=b"Bridge anchor\n").stdout == left


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (["--strip", "nav"], "Brücke teilen\nBody (opens a bridge) here\n"),
        (["--strip", "nav, share"], "Body (opens a bridge) here\n"),
        (["--strip", "nav", "--strip", "code"], "Brücke teilen\nBody here\n"),
        (["--keep", "nav,code"], "Bridge menu: x\nBody (opens a bridge) here\n"),
        (["--keep", "ad"], "Body here\n"),
    ],
)
def test_kinds_are_chosen(inside: Inside, options: list[str], left: str) -> None:
    text = "Bridge menu: x\nBrücke teilen\nBody (opens a bridge) here\n"
    assert inside("clean", *options, stdin=text.encode()).stdout.decode() == left


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--strip", "nva"], "there is no kind 'nva' (did you mean 'nav'?)"),
        (["--keep", "zzz"], "there is no kind 'zzz' (kinds: nav, caption, footer, "),
        (["--strip", "nav,"], "there is no kind ''"),
        (["--strip", "nav", "--keep", "ad"], "--strip and --keep are two ways to say one thing"),
        (["a.txt", "b.txt"], "more than one FILE needs --output-dir or --in-place"),
        (["--in-place"], "need files: standard input has no name"),
        (["--output-dir", "d", "a.txt", "-"], "need files: standard input has no name"),
        (["--in-place", "--output-dir", "d", "a.txt"], "two places for one text"),
        (["--output-dir", "d", "x/a.txt", "y/a.txt"], "x/a.txt and y/a.txt would both become d/a.txt"),
        (["--output-dir", ".", "a.txt"], "./a.txt is an input"),
        (["--output-dir", "x/..", "a.txt"], "x/../a.txt is an input"),
        (["--audit", "-"], "--audit needs a file"),
        (["--audit", "./a.txt", "a.txt"], "--audit ./a.txt would overwrite a document"),
        (["--audit", "d/a.txt", "--output-dir", "d", "a.txt"], "would overwrite a document"),
        (["--audit-text"], "--audit-text needs --audit"),
        (["--text-field", "body"], "--text-field needs --format jsonl"),
        (["--strict"], "--strict needs --format jsonl"),
        (["--format", "csv"], "'csv' is not one of 'text', 'jsonl'"),
    ],
)
def test_contradictions_are_refused_before_anything_is_done(
    inside: Inside, tmp_path: Path, options: list[str], message: str
) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "x").mkdir()
    done = inside("clean", *options, stdin=ARTICLE.encode())
    assert (done.stdout, done.returncode) == (b"", 2)
    assert message in error_lines(done)[-1]
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "x"]
    assert (tmp_path / "a.txt").read_text() == ARTICLE


def test_rules_with_problems_are_all_reported(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("format: 1\npack: one\nrulse: []\n")
    (tmp_path / "two.yaml").write_text("format: 1\npack: two\nsites: bad host\n")
    done = shell("clean", "--rules", "one.yaml", "--rules", "two.yaml", stdin=ARTICLE.encode())
    assert (done.stdout, done.returncode) == (b"", 2)
    places = [line.split(" ")[0] for line in error_lines(done)]
    assert places == ["one.yaml:3:1:", "two.yaml:3:8:"]


def test_rules_that_are_not_there_are_an_error(inside: Inside) -> None:
    done = inside("clean", "--rules", "nowhere", stdin=ARTICLE.encode())
    assert (done.stdout, done.returncode) == (b"", 2)
    [line] = error_lines(done)
    assert line.startswith("nowhere: ")
    assert "no such file or folder" in line


# What is said


@pytest.mark.parametrize(("text", "code"), [(ARTICLE, 1), (CLEANED, 0), ("", 0)])
def test_check_writes_no_text(shell: Shell, text: str, code: int) -> None:
    done = shell("clean", "--check", stdin=text.encode())
    assert (done.stdout, done.returncode) == (b"", code)
    assert error_lines(done) == (["cleaner: standard input would change"] if code else [])


def test_check_of_many_files_names_those_that_would_change(inside: Inside, tmp_path: Path) -> None:
    for name, text in (("a.txt", ARTICLE), ("b.txt", CLEANED), ("c.txt", ARTICLE)):
        (tmp_path / name).write_text(text)
    done = inside("clean", "--check", "--in-place", "a.txt", "b.txt", "c.txt")
    assert (done.stdout, done.returncode) == (b"", 1)
    assert error_lines(done) == ["cleaner: a.txt would change", "cleaner: c.txt would change"]
    assert (tmp_path / "a.txt").read_text() == ARTICLE


def test_diff_is_unified_and_writes_nothing_else(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"Bridge menu: x\r\nkept\r\n")
    done = shell("clean", "--diff", "a.txt")
    assert (done.stderr, done.returncode) == (b"", 0)
    assert done.stdout == (
        b"--- a.txt\toriginal\n+++ a.txt\tcleaned\n@@ -1,2 +1 @@\n-Bridge menu: x\r\n kept\r\n"
    )


def test_diff_and_check_go_together_over_many_files(inside: Inside, tmp_path: Path) -> None:
    for name, text in (("a.txt", ARTICLE), ("b.txt", CLEANED), ("c.txt", ARTICLE)):
        (tmp_path / name).write_text(text)
    done = inside("clean", "--diff", "--check", "a.txt", "b.txt", "c.txt")
    assert done.returncode == 1
    heads = [line for line in done.stdout.decode().splitlines() if line.startswith("---")]
    assert heads == ["--- a.txt\toriginal", "--- c.txt\toriginal"]


def test_diff_passes_bytes_that_are_not_utf8(shell: Shell) -> None:
    done = shell("clean", "--diff", "--errors", "surrogateescape", stdin=b"Bridge menu: \xff\n\xe9\n")
    assert done.stdout.endswith(b"@@ -1,2 +1 @@\n-Bridge menu: \xff\n \xe9\n")


def test_stats_are_on_standard_error(inside: Inside) -> None:
    text = ARTICLE + "Bridge menu: below (opens a bridge)\nOn (opens a bridge) it goes.\n"
    done = inside("clean", "--stats", stdin=text.encode())
    assert done.stdout.decode() == CLEANED + "On it goes.\n"
    rows = [line.split() for line in error_lines(done)[1:-1]]
    assert error_lines(done)[0].split() == ["kind", "and", "rule", "removals", "lines", "characters"]
    assert [row[0] for row in rows] == ["code", "bridges/hidden-label", "nav", "bridges/menu", "total"]
    assert rows[-1][2] == "3"
    assert int(rows[-1][3]) == len(text) - len(CLEANED + "On it goes.\n")
    assert error_lines(done)[-1].startswith("1 document, 1 changed; ")


def test_an_audit_has_every_document(shell: Shell, tmp_path: Path, packs: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "b.txt").write_text(CLEANED)
    done = shell("clean", "--audit", "audit.jsonl", "--output-dir", "out", "a.txt", "b.txt")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    first, second = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    line = GENERAL_PACK.splitlines().index("  - id: menu") + 1
    [removal] = first["removals"]
    assert list(first) == ["doc", "site", "removals", "withheld"]
    assert list(removal) == ["start", "end", "rule", "kind", "at"]
    assert first["doc"] == "a.txt"
    assert ARTICLE[removal["start"] : removal["end"]] == "Bridge menu: front page\n\n"
    assert (removal["rule"], removal["kind"]) == ("bridges/menu", "nav")
    assert removal["at"] == f"{packs / 'bridges.yaml'}:{line}"
    assert second == {"doc": "b.txt", "site": None, "removals": [], "withheld": []}


@pytest.mark.parametrize(
    ("options", "text", "site"),
    [
        ([], ARTICLE, None),
        (["--site", "www.bridge.example"], ARTICLE, "bridge.example"),
        (["--url", "https://other.example/1"], ARTICLE, "other.example"),
        ([], ARTICLE + TAIL + MEMBERS, "bridge.example"),
    ],
)
def test_an_audit_says_which_site_was_served(
    inside: Inside, tmp_path: Path, options: list[str], text: str, site: str | None
) -> None:
    inside("clean", "--audit", "audit.jsonl", *options, stdin=text.encode())
    record = json.loads((tmp_path / "audit.jsonl").read_text())
    assert (record["doc"], record["site"]) == ("-", site)


def test_an_audit_has_what_was_withheld_and_why(inside: Inside, tmp_path: Path) -> None:
    text = BODY + TAIL + BODY
    done = inside("clean", "--site", "bridge.example", "--audit", "audit.jsonl", stdin=text.encode())
    assert done.stdout.decode() == text
    [claim] = json.loads((tmp_path / "audit.jsonl").read_text())["withheld"]
    assert list(claim) == ["start", "end", "rule", "kind", "at", "reason", "detail"]
    assert (claim["rule"], claim["reason"]) == ("bridge.example/tail", "max_prose")
    assert text[claim["start"] : claim["end"]].startswith("Further down the bridge\n")


def test_an_audit_has_the_removed_text_if_it_is_wanted(inside: Inside, tmp_path: Path) -> None:
    inside("clean", "--audit", "audit.jsonl", "--audit-text", stdin="Brücke teilen\n".encode())
    content = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert '"text": "Brücke teilen\\n"' in content
    again = inside("clean", "--audit", "again.jsonl", "--audit-text", stdin="Brücke teilen\n".encode())
    assert again.returncode == 0
    assert (tmp_path / "again.jsonl").read_text(encoding="utf-8") == content


def test_an_audit_of_a_run_that_failed_is_absent(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").write_text("the last run's\n")
    done = inside("clean", "--audit", "audit.jsonl", stdin=b"\xff")
    assert done.returncode == 2
    assert (tmp_path / "audit.jsonl").read_text() == "the last run's\n"
    assert os.listdir(tmp_path) == ["audit.jsonl"]


def test_an_audit_may_go_into_a_pipe(shell: Shell, tmp_path: Path) -> None:
    script = "mkfifo pipe; cat pipe > copy.jsonl & $clean --audit pipe; wait"
    done = shell.script(script, stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.returncode) == (CLEANED, 0)
    assert json.loads((tmp_path / "copy.jsonl").read_text())["doc"] == "-"


def test_an_audit_that_cannot_be_written_is_one_line(shell: Shell) -> None:
    done = shell("clean", "--audit", "/dev/full", stdin=ARTICLE.encode())
    assert done.returncode == 2
    assert error_lines(done) == ["cleaner: cannot write /dev/full: No space left on device"]
    done = shell("clean", "--audit", "no/folder/a.jsonl", stdin=ARTICLE.encode())
    assert done.returncode == 2
    assert error_lines(done) == ["cleaner: cannot write no/folder/a.jsonl: No such file or directory"]


def test_quiet_leaves_out_what_is_no_error(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    arguments = ["clean", "--check", "--site", "nowhere.example", "--lang", "xx", "a.txt", "missing.txt"]
    done = inside(*arguments)
    assert (len(error_lines(done)), done.returncode) == (4, 2)
    quiet = inside(*arguments, "--quiet")
    missing = ["cleaner: cannot read missing.txt: No such file or directory"]
    assert (error_lines(quiet), quiet.returncode) == (missing, 2)
    rows = inside("clean", "--format", "jsonl", "--quiet", stdin=b'{"text": "x", "url": "no host"}\n')
    assert (rows.stdout, rows.stderr, rows.returncode) == (b'{"text": "x", "url": "no host"}\n', b"", 0)


# Files


def test_output_goes_to_files_of_the_same_names(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(ARTICLE)
    (tmp_path / "in/b.txt").write_text("nothing to remove")
    done = inside("clean", "--output-dir", "out/new", "in/a.txt", "in/b.txt")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    written = {path.name: path.read_text() for path in (tmp_path / "out/new").iterdir()}
    assert written == {"a.txt": CLEANED, "b.txt": "nothing to remove"}
    assert (tmp_path / "in/a.txt").read_text() == ARTICLE


def test_a_new_file_has_the_permissions_that_any_new_file_has(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = shell.script("umask 027; $clean --output-dir out a.txt")
    assert done.returncode == 0
    assert stat.S_IMODE((tmp_path / "out/a.txt").stat().st_mode) == 0o640


def test_in_place_keeps_permissions_and_links(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder/a.txt"
    target.write_text(ARTICLE)
    target.chmod(0o604)
    (tmp_path / "link.txt").symlink_to("folder/a.txt")
    done = shell("clean", "--in-place", "link.txt")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    assert (tmp_path / "link.txt").is_symlink()
    assert target.read_text() == CLEANED
    assert stat.S_IMODE(target.stat().st_mode) == 0o604
    assert os.listdir(tmp_path / "folder") == ["a.txt"]


def test_in_place_replaces_the_file_and_never_writes_into_it(shell: Shell, tmp_path: Path) -> None:
    """Who has the old file open goes on reading the old file: there is no moment with half of each."""
    (tmp_path / "a.txt").write_text(ARTICLE)
    with open(tmp_path / "a.txt") as reader:
        assert shell("clean", "--in-place", "a.txt").returncode == 0
        assert reader.read() == ARTICLE
    assert (tmp_path / "a.txt").read_text() == CLEANED


def test_in_place_leaves_a_file_alone_that_stays_the_same(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(CLEANED)
    before = (tmp_path / "a.txt").stat()
    assert inside("clean", "--in-place", "a.txt").returncode == 0
    after = (tmp_path / "a.txt").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_cannot_be_read_is_reported_and_the_others_are_cleaned(shell: Shell, tmp_path: Path) -> None:
    for name in ("a.txt", "z.txt"):
        (tmp_path / name).write_text(ARTICLE)
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    os.mkfifo(tmp_path / "pipe")
    sources = ["a.txt", "missing.txt", "folder", "loop", "latin.txt", "pipe", "z.txt"]
    done = shell("clean", "--in-place", "--stats", "--audit", "audit.jsonl", *sources)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done)[:5] == [
        "cleaner: cannot read missing.txt: No such file or directory",
        "cleaner: cannot read folder: Is a directory",
        "cleaner: cannot read loop: Too many levels of symbolic links",
        "cleaner: cannot read latin.txt: not UTF-8 at byte 0 (0xe9); "
        "--errors surrogateescape passes such bytes through",
        "cleaner: cannot write pipe: not a regular file",
    ]
    assert [(tmp_path / name).read_text() for name in ("a.txt", "z.txt")] == [CLEANED, CLEANED]
    records = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [record["doc"] for record in records] == ["a.txt", "z.txt"]
    assert error_lines(done)[-1].startswith("2 documents, 2 changed")


def test_a_message_is_one_line_whatever_a_file_is_called(inside: Inside) -> None:
    done = inside("clean", "a\n\x1b[2J\udcff.txt")
    assert error_lines(done) == ["cleaner: cannot read a\\n\\x1b[2J\\udcff.txt: No such file or directory"]


def test_standard_output_must_not_be_the_input(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = shell.script("$clean a.txt >> a.txt")
    assert done.returncode == 2
    assert error_lines(done) == ["cleaner: cannot read a.txt: standard output goes there too; use --in-place"]
    (tmp_path / "rows.jsonl").write_text('{"text": "x"}\n')
    done = shell.script("$clean --format jsonl < rows.jsonl >> rows.jsonl")
    assert done.returncode == 2
    assert (tmp_path / "rows.jsonl").read_text() == '{"text": "x"}\n'
    assert (tmp_path / "a.txt").read_text() == ARTICLE


def test_a_full_disk_is_one_line(shell: Shell) -> None:
    done = shell.script("$clean > /dev/full", stdin=ARTICLE.encode() * 1_000)
    assert done.returncode == 2
    assert error_lines(done) == ["cleaner: cannot write standard output: No space left on device"]


@pytest.mark.parametrize("options", ["--in-place", "--output-dir out"])
def test_a_full_disk_leaves_the_old_file_and_no_draft(shell: Shell, tmp_path: Path, options: str) -> None:
    """A limit on the size of files stands in for the disk: the write fails in the middle of a file."""
    long = (ARTICLE + BODY) * 1_000
    for name, text in (("a.txt", long), ("b.txt", ARTICLE)):
        (tmp_path / name).write_text(text)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.txt").write_text("old")
    done = shell.script(f"ulimit -f 64; $clean {options} --audit audit.jsonl a.txt b.txt")
    assert done.returncode == 2
    folder = "" if options == "--in-place" else "out/"
    assert error_lines(done) == [f"cleaner: cannot write {folder}a.txt: File too large"]
    assert (tmp_path / "a.txt").read_text() == long
    assert (tmp_path / "out/a.txt").read_text() == "old"
    assert (tmp_path / folder / "b.txt").read_text() == CLEANED
    assert sorted(os.listdir(tmp_path)) == ["a.txt", "audit.jsonl", "b.txt", "out"]
    assert set(os.listdir(tmp_path / "out")) <= {"a.txt", "b.txt"}
    [record] = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert json.loads(record)["doc"] == "b.txt"


def test_closed_streams_are_one_line(shell: Shell) -> None:
    done = shell.script("$clean <&-")
    assert (done.returncode, error_lines(done)) == (2, ["cleaner: cannot read standard input: it is closed"])
    done = shell.script("$clean >&-", stdin=b"x\n")
    assert (done.returncode, error_lines(done)) == (
        2,
        ["cleaner: cannot write standard output: it is closed"],
    )
    done = shell.script("$clean --stats 2>&-", stdin=ARTICLE.encode())
    assert (done.returncode, done.stdout.decode()) == (0, CLEANED)
    for options in ("--no-such-option", "--rules nowhere", "missing.txt"):
        for closed in ("2>&-", "2>/dev/full"):
            assert shell.script(f"$clean {options} {closed}").returncode == 2


def test_standard_error_that_nobody_reads_does_not_stop_the_work(shell: Shell) -> None:
    done = shell.script("$clean --site nowhere.example --stats 2>/dev/full", stdin=ARTICLE.encode())
    assert (done.stdout.decode(), done.returncode) == (CLEANED, 0)
