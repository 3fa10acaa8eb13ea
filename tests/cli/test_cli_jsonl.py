"""`cleaner clean --format jsonl`: the same rows, in the same order, in the same bytes, but for the text."""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
from pathlib import Path

import pytest

from tests.cli.shell import ARTICLE, BODY, CLEANED, Inside, Shell, error_lines

TAIL = "\nFurther down the bridge\nA tunnel instead\n"
JSONL = ("clean", "--format", "jsonl")

AWKWARD_ROWS = [
    # what came in, what must come out
    (rb'{"text":"Bridge menu: x\nkept"}', rb'{"text":"kept"}'),
    (rb'{"n":1.10,"i":123456789012345678901234567890,"e":1E+05,"text":"Bridge menu: x\nk","z":-0.0}',
     rb'{"n":1.10,"i":123456789012345678901234567890,"e":1E+05,"text":"k","z":-0.0}'),
    (rb'{ "a" : [1 , 2],"a":{"text":"Bridge menu: x"} ,"text" :"Bridge menu: x\n\u00e9\/" } ',
     rb'{ "a" : [1 , 2],"a":{"text":"Bridge menu: x"} ,"text" :"\u00e9\/" } '),
    ('{"text":"Bridge menu: x\\né \\u00e9 漢","k\\u0065y":"\\ud800"}'.encode(),
     '{"text":"é \\u00e9 漢","k\\u0065y":"\\ud800"}'.encode()),
    (rb'{"text":"Bridge menu: \ud800\n\ud800\udfff \udfff"}', rb'{"text":"\ud800\udfff \udfff"}'),
    (rb'{"text":"nothing to remove","x":"\/\u0041"}', rb'{"text":"nothing to remove","x":"\/\u0041"}'),
    (rb'{"t":NaN,"text":""}', rb'{"t":NaN,"text":""}'),
    (rb'{"text":"Bridge menu: all"}', rb'{"text":""}'),
    (rb'{"text":"a (opens a bridge) b\r\nBridge menu: x\r\n"}', rb'{"text":"a b\r\n"}'),
    (b'\xef\xbb\xbf{"text":"Bridge menu: x\\nk"}', b'\xef\xbb\xbf{"text":"k"}'),
    (b"", b""),
    (b" \t", b" \t"),
]  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_every_byte_but_the_texts_is_as_it_was(shell: Shell, end: bytes, last: bool) -> None:
    rows, cleaned = zip(*AWKWARD_ROWS, (b'{"text":"z"}', b'{"text":"z"}'), strict=True)
    ending = end if last else b""
    done = shell(*JSONL, stdin=end.join(rows) + ending)
    assert done.stdout == end.join(cleaned) + ending
    assert (done.stderr, done.returncode) == (b"", 0)


def test_no_rows_are_no_rows(inside: Inside) -> None:
    done = inside(*JSONL)
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


BROKEN = [
    (b"{not json}", "not JSON: a key in double quotes is missing (character 2 of the row)"),
    (b'["text"]', "not a JSON object"),
    (b'{"body":"Bridge menu: x"}', "no field 'text'; it has 'body'"),
    (b'{"text":null}', "the field 'text' is null, not a string"),
    (b'{"text":"Bridge menu: x","text":"y"}', "the field 'text' stands 2 times in it"),
    (
        b'{"text":"\xff"}',
        "not UTF-8 at byte 9 of the row (0xff); --errors surrogateescape passes such bytes through",
    ),
]


def test_broken_rows_are_reported_and_passed_through(shell: Shell) -> None:
    good, cleaned = AWKWARD_ROWS[0]
    lines = [good, b"", *(row for row, _ in BROKEN), good]
    done = shell(*JSONL, stdin=b"\n".join(lines) + b"\n")
    assert done.stdout == b"\n".join([cleaned, *lines[1:-1], cleaned]) + b"\n"
    assert done.returncode == 1
    assert error_lines(done) == [
        f"cleaner: standard input:{number}: {message}; passed through as it is"
        for number, (_, message) in enumerate(BROKEN, start=3)
    ]


def test_strict_stops_at_the_first_broken_row(shell: Shell, tmp_path: Path) -> None:
    good, cleaned = AWKWARD_ROWS[0]
    (tmp_path / "rows.jsonl").write_bytes(good + b"\n[]\n" + good + b"\n")
    done = shell(*JSONL, "--strict", "--audit", "audit.jsonl", "rows.jsonl")
    assert (done.stdout, done.returncode) == (cleaned + b"\n", 2)
    assert error_lines(done) == ["cleaner: rows.jsonl:2: not a JSON object"]
    done = shell(*JSONL, "--strict", "--in-place", "rows.jsonl")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert (tmp_path / "rows.jsonl").read_bytes() == good + b"\n[]\n" + good + b"\n"
    assert os.listdir(tmp_path) == ["rows.jsonl"]


def test_bytes_that_are_not_utf8_pass_through_if_they_are_allowed(shell: Shell) -> None:
    row = b'{"o":"\xff","text":"Bridge menu: \xe9\\n\xe9 \\udce9"}\n'
    done = shell(*JSONL, "--errors", "surrogateescape", stdin=row)
    assert (done.stdout, done.returncode) == (b'{"o":"\xff","text":"\xe9 \\udce9"}\n', 0)


# Fields


def clean_rows(inside: Inside, *options: str, **row: object) -> dict[str, object]:
    """One row through the filter."""
    done = inside(*JSONL, *options, stdin=json.dumps(row).encode())
    assert (done.stderr, done.returncode) == (b"", 0)
    cleaned: dict[str, object] = json.loads(done.stdout)
    assert cleaned.keys() == row.keys()
    return cleaned


def test_the_text_may_be_in_another_field(inside: Inside) -> None:
    row = clean_rows(inside, "--text-field", "main content", text=ARTICLE, **{"main content": ARTICLE})
    assert row == {"text": ARTICLE, "main content": CLEANED}


HERE, THERE = "https://bridge.example/1", "https://other.example/1"


@pytest.mark.parametrize(
    ("options", "fields", "tail_goes"),
    [
        ([], {}, False),
        ([], {"url": HERE}, True),
        ([], {"url": None}, False),
        ([], {"link": HERE}, False),
        (["--url-field", "link"], {"url": THERE, "link": HERE}, True),
        ([], {"site": "bridge.example"}, False),
        (["--site-field", "site"], {"site": "bridge.example", "url": THERE}, True),
        (["--site-field", "site"], {"site": "", "url": HERE}, True),
        (["--url", HERE], {}, True),
        (["--url", HERE], {"url": THERE}, False),
        (["--site", "bridge.example"], {"url": THERE}, True),
        (["--site", "other.example"], {"url": HERE}, False),
        (["--site", "bridge.example", "--site-field", "site"], {"site": THERE}, False),
    ],
)
def test_a_rows_site(inside: Inside, options: list[str], fields: dict[str, object], tail_goes: bool) -> None:
    """A site says more than a URL, and what the row says more than what the option says."""
    done = inside(*JSONL, *options, stdin=json.dumps({**fields, "text": ARTICLE + TAIL}).encode())
    assert json.loads(done.stdout)["text"] == (CLEANED if tail_goes else CLEANED + TAIL)
    assert done.returncode == 0


def test_rows_have_languages_and_extractors(inside: Inside) -> None:
    text = "Bridge anchor\nDeila brú\nend\n"
    options = ["--lang-field", "lang", "--extractor-field", "made by"]
    assert clean_rows(inside, *options, text=text)["text"] == "Bridge anchor\nend\n"
    assert clean_rows(inside, *options, text=text, lang="en")["text"] == "Bridge anchor\nDeila brú\nend\n"
    assert clean_rows(inside, *options, text=text, **{"made by": "wet"})["text"] == "end\n"
    assert (
        clean_rows(inside, *options, "--lang", "en", text=text, lang="is")["text"] == "Bridge anchor\nend\n"
    )


def test_a_url_without_a_host_is_none_and_is_noted_once(inside: Inside) -> None:
    rows = [{"url": url, "text": ARTICLE} for url in ("not a url", "/relative", THERE)]
    done = inside(*JSONL, stdin="".join(json.dumps(row) + "\n" for row in rows).encode())
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == [CLEANED] * 3
    assert done.returncode == 0
    assert error_lines(done) == ["cleaner: rows whose site or URL holds no host, cleaned as without one: 2"]


# What is said


def test_an_audit_counts_rows_as_lines(inside: Inside, tmp_path: Path) -> None:
    content = b'{"text":"Bridge menu: x\\nk","url":"%s"}\n\n{}\n{"text":"k"}\n' % HERE.encode()
    done = inside(*JSONL, "--audit", "audit.jsonl", "--audit-text", stdin=content)
    assert done.returncode == 1
    first, second = map(json.loads, (tmp_path / "audit.jsonl").read_text().splitlines())
    assert (first["doc"], first["site"], first["removals"][0]["text"]) == (
        0,
        "bridge.example",
        "Bridge menu: x\n",
    )
    assert second == {"doc": 3, "site": None, "removals": [], "withheld": []}


def test_an_audit_of_many_files_names_them(inside: Inside, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_text('{"text":"k"}\n')
    inside(*JSONL, "--audit", "audit", "--in-place", "a.jsonl", "b.jsonl")
    records = map(json.loads, (tmp_path / "audit").read_text().splitlines())
    assert [(record["doc"], record["file"]) for record in records] == [(0, "a.jsonl"), (0, "b.jsonl")]


def test_check_diff_and_stats(inside: Inside) -> None:
    rows = "".join(json.dumps({"text": text}) + "\n" for text in (ARTICLE, CLEANED, "Bridge menu: \ud800\nz"))
    done = inside(*JSONL, "--check", "--diff", "--stats", stdin=rows.encode())
    assert done.returncode == 1
    assert [line for line in done.stdout.decode().splitlines() if line[0] in "-+"] == [
        "--- standard input:1\toriginal",
        "+++ standard input:1\tcleaned",
        "-Bridge menu: front page",
        "-",
        "--- standard input:3\toriginal",
        "+++ standard input:3\tcleaned",
        "-Bridge menu: \\ud800",
    ]
    assert error_lines(done)[0] == "cleaner: standard input: 2 of 3 rows would change"
    assert error_lines(done)[-1].startswith("3 documents, 2 changed; ")


def test_in_place_touches_only_files_that_change(inside: Inside, tmp_path: Path) -> None:
    row, cleaned = AWKWARD_ROWS[1]
    (tmp_path / "a.jsonl").write_bytes(row)
    (tmp_path / "b.jsonl").write_bytes(cleaned)
    before = (tmp_path / "b.jsonl").stat()
    done = inside(*JSONL, "--in-place", "a.jsonl", "b.jsonl")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)
    assert (tmp_path / "a.jsonl").read_bytes() == cleaned
    assert (tmp_path / "b.jsonl").stat().st_ino == before.st_ino


def test_output_goes_to_a_file_of_the_same_name(inside: Inside, tmp_path: Path) -> None:
    row, cleaned = AWKWARD_ROWS[1]
    (tmp_path / "a.jsonl").write_bytes(row)
    assert inside(*JSONL, "--output-dir", "out", "a.jsonl").returncode == 0
    assert (tmp_path / "out/a.jsonl").read_bytes() == cleaned


# Streams


def test_a_row_comes_out_before_the_next_goes_in(shell: Shell) -> None:
    row, cleaned = AWKWARD_ROWS[0]
    with shell.start(*JSONL) as process:
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write(row + b"\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], 30)[0], "no row came out"
            assert process.stdout.readline() == cleaned + b"\n"
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_big_row(shell: Shell) -> None:
    text = ARTICLE + BODY * 30_000
    row = json.dumps({"before": "x" * 1_000_000, "text": text, "after": [1.10]})
    done = shell(*JSONL, stdin=row.encode())
    assert json.loads(done.stdout)["text"] == CLEANED + BODY * 30_000
    assert len(done.stdout) == len(row) - len(ARTICLE) + len(CLEANED) - ARTICLE.count("\n") + CLEANED.count(
        "\n"
    )


def peak_kilobytes(shell: Shell, path: Path, jobs: str) -> int:
    """The most memory that any of the processes held while they cleaned a file."""
    with shell.start(*JSONL, "--jobs", jobs, path, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert isinstance(usage, resource.struct_rusage)
    return usage.ru_maxrss


@pytest.mark.parametrize(("jobs", "room"), [("1", 8_000), ("2", 24_000)])
def test_memory_does_not_grow_with_the_stream(shell: Shell, tmp_path: Path, jobs: str, room: int) -> None:
    """Several workers may have a bounded number of bytes under way."""
    row = json.dumps({"text": ARTICLE + BODY * 80}) + "\n"
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    small.write_text(row * 100)
    large.write_text(row * 2_000)
    assert large.stat().st_size > 20_000_000
    assert peak_kilobytes(shell, large, jobs) - peak_kilobytes(shell, small, jobs) < room
