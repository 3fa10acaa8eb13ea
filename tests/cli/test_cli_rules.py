"""`cleaner explain` and `cleaner rules`: from a removed line to the rule that took it, and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.shell import ARTICLE, BODY, GENERAL_PACK, Inside, Shell, error_lines

MENU_LINE = GENERAL_PACK.splitlines().index("  - id: menu") + 1
TAIL = "Further down the bridge\nA tunnel instead\n"


@pytest.mark.parametrize("source", ["a.txt", "-", None])
def test_explain_leads_from_the_line_to_the_rule(
    shell: Shell, tmp_path: Path, packs: Path, source: str | None
) -> None:
    (tmp_path / "a.txt").write_text(ARTICLE)
    done = shell("explain", *([source] if source else []), stdin=ARTICLE.encode())
    assert (done.stderr, done.returncode) == (b"", 0)
    lines = done.stdout.decode().splitlines()
    assert lines[:5] == [
        "nav      bridges/menu - Bridge menu: front page",
        "nav      bridges/menu -",
        "                        Bridge stays closed",
        "",
        f"                        {BODY.rstrip()}",
    ]
    place = f"{packs / 'bridges.yaml'}:{MENU_LINE}"
    assert f"bridges/menu  nav  1x  {place}  jump list above the article" in lines


def test_explain_says_what_was_withheld_and_which_packs_served(inside: Inside) -> None:
    done = inside("explain", "--url", "https://www.bridge.example/1", stdin=(TAIL + BODY).encode())
    lines = done.stdout.decode().splitlines()
    at = lines.index("Withheld")
    assert lines[at + 1].startswith("line 1  bridge.example/tail  ")
    assert "the cut would take more prose than its max_prose: " in lines[at + 1]
    assert any("bridge.example" in line and "host is bridge.example" in line for line in lines[at + 2 :])


def test_explain_says_that_a_site_was_recognised(inside: Inside) -> None:
    text = BODY + "Bridge members sign in here\n" + TAIL
    done = inside("explain", stdin=text.encode())
    assert "recognised by its known_by lines" in done.stdout.decode()
    assert "related  bridge.example/tail - A tunnel instead" in done.stdout.decode()


def test_explain_takes_the_options_of_clean(inside: Inside) -> None:
    done = inside("explain", "--keep", "nav", "--errors", "surrogateescape", stdin=b"Bridge menu: \xff\n")
    assert done.stdout.decode().startswith("  Bridge menu: \\udcff\n".replace("  ", "   ", 1))
    assert done.returncode == 0


def test_explain_of_what_is_not_utf8_is_one_line(inside: Inside) -> None:
    done = inside("explain", stdin=b"\xff")
    assert done.returncode == 2
    assert error_lines(done)[0].startswith("cleaner: cannot read standard input: not UTF-8 at byte 0 (0xff)")


def test_list_shows_every_pack_with_what_it_serves(inside: Inside, packs: Path) -> None:
    done = inside("rules", "list", "--rules", packs)
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.decode().splitlines()}
    assert rows["pack"] == ["rules", "title", "serves"]
    assert rows["bridge.example"] == ["1", "The", "Bridge", "bridge.example"]
    assert rows["bridges"] == ["3", "every", "site"]
    assert rows["bridges-wet"] == ["1", "every", "site;", "in", "en,", "is;", "from", "wet"]
    assert rows["bridges-is"] == ["1", "every", "site;", "in", "is"]
    assert (done.stderr, done.returncode) == (b"", 0)


def test_list_has_the_shipped_packs(whole_shell: Shell) -> None:
    names = [line.split()[0] for line in whole_shell("rules", "list").stdout.decode().splitlines()[1:]]
    assert {"lang.en", "lang.de", "kit.wordpress", "dw.com", "news.sky.com"} <= set(names)


def test_show_prints_a_rule_as_it_is_written(shell: Shell, packs: Path) -> None:
    done = shell("rules", "show", "bridges/menu", "--rules", packs)
    source = GENERAL_PACK.splitlines()
    end = source.index("  - id: hidden-label") - 1
    place = f"{packs / 'bridges.yaml'}:{MENU_LINE}"
    assert done.stdout.decode().splitlines() == [place, *source[MENU_LINE - 1 : end]]
    assert (done.stderr, done.returncode) == (b"", 0)


def test_show_prints_a_packs_head_and_rules(inside: Inside, packs: Path) -> None:
    done = inside("rules", "show", "bridge.example", "--rules", packs)
    lines = done.stdout.decode().splitlines()
    assert lines[1:4] == ["format: 1", "pack: bridge.example", "title: The Bridge"]
    assert lines[-1] == "tail  related  links below the article"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("bridges/menus", " (did you mean 'bridges/menu'?)"),
        ("bridge.exmple", " (did you mean 'bridge.example'?)"),
        ("qqqq/zzzz", ""),
        ("", ""),
    ],
)
def test_show_of_what_is_not_there_names_the_nearest(
    inside: Inside, packs: Path, name: str, hint: str
) -> None:
    done = inside("rules", "show", name, "--rules", packs)
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done) == [
        f"cleaner: there is no rule or pack {name!r}{hint}; see `cleaner rules list`"
    ]


def test_which_names_the_packs_of_a_page_in_order(shell: Shell, packs: Path) -> None:
    done = shell("rules", "which", "https://www.bridge.example/1", "--rules", packs)
    rows = [line.split()[:2] for line in done.stdout.decode().splitlines()]
    assert [number for number, _ in rows] == [str(number) for number in range(1, len(rows) + 1)]
    names = [name for _, name in rows]
    assert names[-3:] == ["bridge.example", "bridges", "bridges-is"]
    assert "bridges-wet" not in names
    assert "host is bridge.example" in done.stdout.decode()
    assert (done.stderr, done.returncode) == (b"", 0)


def test_which_takes_a_language_and_an_extractor(inside: Inside, packs: Path) -> None:
    options = ("--lang", "en", "--extractor", "wet", "--rules", packs)
    names = [
        line.split()[1]
        for line in inside("rules", "which", "bridge.example", *options).stdout.decode().splitlines()
    ]
    assert "bridges-wet" in names
    assert "bridges-is" not in names


def test_which_notes_a_site_without_a_pack(inside: Inside, packs: Path) -> None:
    done = inside("rules", "which", "https://bridge.exampl/1", "--rules", packs)
    assert done.returncode == 0
    assert error_lines(done) == ["cleaner: no pack serves bridge.exampl; did you mean bridge.example?"]


def test_which_needs_a_host(inside: Inside) -> None:
    done = inside("rules", "which", "///")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done)[0].startswith("cleaner: no host in '///'")


@pytest.mark.parametrize("command", [("list",), ("show", "lang.en"), ("which", "dw.com")])
def test_bad_rules_are_reported_by_every_command(
    inside: Inside, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "bad.yaml").write_text("")
    done = inside("rules", *command, "--rules", "bad.yaml")
    assert (done.stdout, done.returncode) == (b"", 2)
    assert error_lines(done)[0].startswith("bad.yaml: E004 ")
