"""The cache gives back what was kept, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import cleaner
from cleaner import cache


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEANER_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_kept_is_recalled(home: Path) -> None:
    cache.keep("key", ("a", 1))
    assert cache.recall("key") == ("a", 1)
    assert cache.recall("other") is None


def test_other_bytes_are_another_key() -> None:
    keys = {cache.digest(pieces) for pieces in ([b"a", b"b"], [b"ab"], [b"a", b"b", b""], [b"b", b"a"])}
    assert len(keys) == 4
    assert cache.digest([b"a"]) == cache.digest([b"a"])


def test_a_broken_entry_is_none(home: Path) -> None:
    cache.keep("key", ("a", 1))
    (path,) = home.glob("*.rules")
    path.write_bytes(path.read_bytes()[:-3])
    assert cache.recall("key") is None


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter there")
def test_an_entry_that_others_may_write_is_none(home: Path) -> None:
    cache.keep("key", ("a", 1))
    (path,) = home.glob("*.rules")
    path.chmod(0o666)
    assert cache.recall("key") is None


def test_old_entries_go(home: Path) -> None:
    for number in range(cache.MAX_ENTRIES + 3):
        cache.keep(f"key{number}", number)
        os.utime(home / f"key{number}.rules", ns=(number, number))
    cache.keep("last", "last")
    assert len(list(home.iterdir())) == cache.MAX_ENTRIES
    assert cache.recall("last") == "last"
    assert cache.recall("key0") is None


def test_off_and_unwritable_are_no_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for place in ("", str(tmp_path / "file" / "below")):
        monkeypatch.setenv("CLEANER_CACHE", place)
        cache.keep("key", 1)
        assert cache.recall("key") is None
    monkeypatch.delenv("CLEANER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.folder() == Path("/somewhere/cleaner")


def test_the_shipped_rules_are_the_same_from_the_cache(home: Path) -> None:
    first = cleaner.load()
    assert len(list(home.glob("*.rules"))) == 1
    again = cleaner.load()
    assert again == first
    assert again.packs[0].rules[0].location == first.packs[0].rules[0].location


def test_each_sort_of_entry_has_its_own_room(home: Path) -> None:
    cache.keep("key", "read rules")
    for number in range(cache.MAX_ENTRIES + 3):
        cache.keep(f"key{number}", number, cache.INDEX)
    assert cache.recall("key") == "read rules"
    assert cache.recall("key", cache.INDEX) is None
    assert cache.recall_newest(cache.INDEX) == cache.MAX_ENTRIES + 2
    assert cache.recall_newest() == "read rules"


def test_a_kept_index_finds_what_a_fresh_one_finds(home: Path) -> None:
    prose = "The harbour will stay closed until the divers have searched the wreck, they said."
    text = f"Share\n{prose}\nRead more\n"
    ruleset = cleaner.load()
    fresh = cleaner.clean(text, cleaner.compile_rules(cleaner.RuleSet(ruleset.packs)))
    assert not list(home.glob(f"*{cache.INDEX}")), "rules of unknown bytes keep nothing"
    first = cleaner.clean(text, cleaner.compile_rules(ruleset))
    assert list(home.glob(f"*{cache.INDEX}"))
    again = cleaner.clean(text, cleaner.compile_rules(ruleset))
    assert (
        [r.rule for r in fresh.removals]
        == [r.rule for r in first.removals]
        == [r.rule for r in again.removals]
    )
    assert len(fresh.removals) == 2
