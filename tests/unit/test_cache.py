"""The cache gives back what was kept, or nothing."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest
import regex

import cleaner
from cleaner import cache, compiler
from cleaner.errors import CacheError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLEANER_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_what_is_kept_is_recalled(home: Path) -> None:
    cache.keep("source", cache.RULES, ("a", 1), ["first", "second"])
    entry = cache.recall("source", cache.RULES)
    assert entry is not None
    assert entry.head == ("a", 1)
    assert entry.leaves == ("first", "second")
    assert cache.recall("other", cache.RULES) is None


def test_an_entry_says_what_it_was_made_from(home: Path) -> None:
    cache.keep(["a", "b"], cache.RULES, 1)
    (path,) = home.glob("*.rules")
    other = name_of(["a", "c"])
    path.rename(home / f"{other}.rules")  # as if two had the same short name
    assert cache.recall(["a", "c"], cache.RULES) is None
    assert cache.recall(["a", "b"], cache.RULES) is None


def name_of(made_from: object) -> str:
    """The name of the entry that is made from this, without its sort."""
    return cache._name(made_from)


def test_leaves_are_as_good_as_a_tuple(home: Path) -> None:
    cache.keep("source", cache.RULES, None, [f"leaf {number}" for number in range(5)])
    entry = cache.recall("source", cache.RULES)
    assert entry is not None
    part = entry.leaves.part(1, 3)
    plain = ("leaf 1", "leaf 2", "leaf 3")
    assert (len(part), part[0], part[-1], part[1:], list(part)) == (
        3,
        "leaf 1",
        "leaf 3",
        plain[1:],
        [*plain],
    )
    assert part == plain
    assert hash(part) == hash(plain)
    assert part != plain[1:]
    assert pickle.loads(pickle.dumps(part)) == plain
    with pytest.raises(IndexError):
        part[3]


def test_pieces_have_a_digest_of_their_own() -> None:
    digests = {cache.digest(each) for each in ([b"a", b"b"], [b"ab"], [b"a", b"b", b""], [b"b", b"a"])}
    assert len(digests) == 4
    assert cache.digest([b"a"]) == cache.digest([b"a"])


def test_a_file_that_was_written_again_is_in_another_state(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text("one")
    (before,) = cache.states_of([str(path)])
    os.utime(path, ns=(0, 0))
    path.write_text("two")
    os.utime(path, ns=(before.written_ns, before.written_ns))  # as long, and dated back
    (after,) = cache.states_of([str(path)])
    assert (before.size, before.written_ns) == (after.size, after.written_ns)
    assert before != after


@pytest.mark.parametrize("cut", [slice(None, 4), slice(None, -3), slice(3, None)])
def test_a_broken_entry_is_none(home: Path, cut: slice) -> None:
    cache.keep("source", cache.RULES, ("a", 1), ["a leaf"])
    (path,) = home.glob("*.rules")
    path.write_bytes(path.read_bytes()[cut])
    assert cache.recall("source", cache.RULES) is None


def test_a_head_that_changed_on_the_disk_breaks_the_entry(home: Path) -> None:
    cache.keep("source", cache.RULES, "a head")
    (path,) = home.glob("*.rules")
    path.write_bytes(path.read_bytes().replace(b"a head", b"a heap"))
    assert cache.recall("source", cache.RULES) is None


def test_a_leaf_that_changed_on_the_disk_is_an_error_that_names_the_file(home: Path) -> None:
    cache.keep("source", cache.RULES, None, ["a leaf", "another"])
    (path,) = home.glob("*.rules")
    path.write_bytes(path.read_bytes().replace(b"a leaf", b"a lead"))
    entry = cache.recall("source", cache.RULES)
    assert entry is not None
    assert entry.leaves[1] == "another"
    with pytest.raises(CacheError, match=path.name):
        entry.leaves[0]


@pytest.mark.skipif(os.name == "nt", reason="permissions are another matter there")
def test_an_entry_that_others_may_write_is_none(home: Path) -> None:
    cache.keep("source", cache.RULES, ("a", 1))
    (path,) = home.glob("*.rules")
    path.chmod(0o666)
    assert cache.recall("source", cache.RULES) is None


def test_old_entries_go_sort_by_sort(home: Path) -> None:
    cache.keep("index", cache.INDEX, "index")
    for number in range(cache.MAX_ENTRIES[cache.RULES] + 3):
        cache.keep(number, cache.RULES, number)
        os.utime(home / f"{name_of(number)}.rules", ns=(number, number))
    cache.keep("last", cache.RULES, "last")
    assert len(list(home.glob("*.rules"))) == cache.MAX_ENTRIES[cache.RULES]
    newest_entry = cache.recall_newest(cache.RULES)
    assert newest_entry is not None
    assert newest_entry.head == "last"
    assert cache.recall(0, cache.RULES) is None
    assert cache.recall("index", cache.INDEX) is not None


def test_off_and_unwritable_are_no_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for place in ("", str(tmp_path / "file" / "below")):
        monkeypatch.setenv("CLEANER_CACHE", place)
        cache.keep("source", cache.RULES, 1)
        assert cache.recall("source", cache.RULES) is None
        assert cache.recall_newest(cache.RULES) is None
    monkeypatch.delenv("CLEANER_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.folder() == str(Path("/somewhere/cleaner"))


def test_the_shipped_rules_are_the_same_from_the_cache(home: Path) -> None:
    first = cleaner.load()
    assert len(list(home.glob("*.rules"))) == 1
    again = cleaner.load()
    assert again == first
    assert again.packs[0].rules[0].location == first.packs[0].rules[0].location


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


def test_kept_patterns_find_what_fresh_ones_find(home: Path) -> None:
    kept = compiler._Patterns()
    assert kept.compiled("fo+", regex.IGNORECASE).fullmatch("FOO")
    kept.keep()
    assert list(home.glob(f"*{cache.PATTERNS}"))
    again = compiler._Patterns()
    assert again.compiled("fo+", regex.IGNORECASE).fullmatch("FOO")
    assert not again.compiled("fo+", 0).fullmatch("FOO"), "other flags are another pattern"
    again.keep()
    assert compiler._Patterns()._kept().keys() == {("fo+", regex.IGNORECASE), ("fo+", 0)}


def test_only_so_many_patterns_are_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MAX_KEPT_PATTERNS", 3)
    for sources in ("ab", "cd"):
        patterns = compiler._Patterns()
        for source in sources:
            patterns.compiled(source, 0)
        patterns.keep()
    assert compiler._Patterns()._kept().keys() == {("b", 0), ("c", 0), ("d", 0)}
