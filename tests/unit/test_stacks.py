"""Which packs serve which page."""

from __future__ import annotations

import pytest

from cleaner import InputError
from cleaner.errors import Location
from cleaner.rules import Layer, Pack, RuleSet
from cleaner.stacks import Scope, choose, host_of, nearest_host, serves_host, speaks


def pack(name: str, **fields: object) -> Pack:
    layer = (
        Layer.KIT if name.startswith("kit.") else Layer.LANGUAGE if name.startswith("lang.") else Layer.SITE
    )
    return Pack(name, layer, Location(f"{name}.yaml", 1, 1), (), **fields)  # type: ignore[arg-type]


RULES = RuleSet(
    (
        pack("kit.all"),
        pack("kit.called", only_used=True),
        pack("kit.page", extractors=("wet",)),
        pack("lang.de", languages=("de",)),
        pack("lang.en", languages=("en",)),
        pack("lang.zh", languages=("zh",)),
        pack("a.com", sites=("a.com", "!x.a.com"), languages=("en",), uses=("lang.en", "kit.called")),
        pack("b.com", sites=("=b.com",), uses=("a.com",)),
    )
)


def served(**scope: str) -> list[str]:
    return [choice.pack.name for choice in choose(RULES, Scope(**scope))]


def test_nothing_known_means_all_that_serve_every_page() -> None:
    assert served() == ["kit.all", "lang.de", "lang.en", "lang.zh"]


def test_a_host_brings_its_pack_what_it_uses_and_its_languages() -> None:
    assert served(host="a.com") == ["kit.all", "kit.called", "lang.en", "a.com"]
    assert served(host="deep.a.com") == served(host="a.com")
    assert served(host="x.a.com") == served()
    assert served(host="nota.com") == served()


def test_uses_overrides_the_site_scope_and_follows_on() -> None:
    assert served(host="b.com") == [
        "kit.all",
        "kit.called",
        "lang.de",
        "lang.en",
        "lang.zh",
        "a.com",
        "b.com",
    ]
    assert served(host="c.b.com") == served()


def test_a_language_shuts_out_others_even_of_the_site() -> None:
    assert served(language="de") == ["kit.all", "lang.de"]
    assert served(host="a.com", language="de") == ["kit.all", "lang.de"]
    assert served(host="a.com", language="en-GB") == ["kit.all", "kit.called", "lang.en", "a.com"]


def test_an_extractor_pack_serves_only_its_extractor() -> None:
    assert "kit.page" in served(extractor="wet")
    assert "kit.page" not in served(extractor="trafilatura")


def test_recognition_only_adds() -> None:
    found = choose(RULES, Scope(), frozenset({"a.com"}))
    assert [choice.pack.name for choice in found] == [
        "kit.all", "kit.called", "lang.de", "lang.en", "lang.zh", "a.com",
    ]  # fmt: skip
    assert found[-1].why == "recognised by its known_by lines"


def test_no_site_packs() -> None:
    found = choose(RULES, Scope(host="a.com"), site_packs=False)
    assert [choice.pack.name for choice in found] == served()


def test_every_choice_says_why() -> None:
    whys = {choice.pack.name: choice.why for choice in choose(RULES, Scope(host="n.a.com", extractor="wet"))}
    assert whys == {
        "kit.all": "every page",
        "kit.called": "used by a.com",
        "kit.page": "every page from wet",
        "lang.en": "every page in en",
        "a.com": "host n.a.com ends in a.com",
    }


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.dw.com/en/a-1", "dw.com"),
        ("HTTP://DW.COM:80?x#y", "dw.com"),
        ("//dw.com/x", "dw.com"),
        ("https://me:pw@dw.com/@x", "dw.com"),
        ("dw.com.", "dw.com"),
        ("dw.com/en", "dw.com"),
        ("https://bücher.example/x", "xn--bcher-kva.example"),
    ],
)
def test_host_of(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.parametrize(
    "address", ["", "https://", "https:///x", "not a host", "https://a b/", "http://[::1]/"]
)
def test_no_host(address: str) -> None:
    with pytest.raises(InputError, match="no host in"):
        host_of(address)


def test_a_pattern_that_shuts_out_wins_wherever_it_stands() -> None:
    assert serves_host(["!x.a.com", "a.com"], "x.a.com") == ""
    assert serves_host(["a.com", "!=x.a.com"], "y.x.a.com") == "host y.x.a.com ends in a.com"


def test_language_tags() -> None:
    assert speaks(["zh"], "zh_TW")
    assert speaks(["zh-Hant"], "zh")
    assert not speaks(["zh-Hant"], "zh-Hans")
    assert not speaks(["en"], "enm")


def test_the_nearest_host() -> None:
    assert nearest_host(RULES, "a.con") == "a.com"
    assert nearest_host(RULES, "quite-another.example") == ""
