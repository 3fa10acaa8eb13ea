"""Which packs serve a document, in which order, and why.

A document comes with what its sender knows of it: a host, a language, the extractor. From that
follows a *stack*, the packs that serve it. The rules of a stack are a union: more packs can only
remove more, save for `keep` and `disable`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from cleaner.errors import InputError
from cleaner.rules import Pack, RuleSet


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of a document. None means not known, which is not the same as none."""

    host: str | None = None
    language: str | None = None
    extractor: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A pack that serves, and why."""

    pack: Pack
    why: str


def host_of(address: str) -> str:
    """The host of a URL, or a bare host, in lower case, without port and leading `www.`.

    Raises InputError if there is none. International names are compared in their ASCII form.

    >>> host_of("https://user@www.DW.com:443/en/a-43?x=1"), host_of("dw.com")
    ('dw.com', 'dw.com')
    """
    _, marker, rest = address.strip().partition("//")
    authority = rest if marker else address.strip()
    for end in "/?#":
        authority = authority.partition(end)[0]
    name = authority.rpartition("@")[2]
    host, colon, port = name.rpartition(":")
    if not colon or not port.isdigit():
        host = name
    host = host.lower().rstrip(".").removeprefix("www.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = ""
    if not host or not all(char.isalnum() or char in ".-_" for char in host):
        raise InputError(f"no host in {address!r} (write it as https://www.example.com/page or example.com)")
    return host


def serves_host(patterns: Iterable[str], host: str) -> str:
    """Why the site patterns take in a host, as `host a.b.com ends in b.com`; empty if they do not.

    `b.com` takes in b.com and all below it, by whole labels; `=b.com` that host alone; a pattern
    after `!` shuts out what it would take in, wherever it stands in the list.

    >>> serves_host(["dw.com", "!learngerman.dw.com"], "amp.dw.com")
    'host amp.dw.com ends in dw.com'
    >>> serves_host(["dw.com", "!learngerman.dw.com"], "learngerman.dw.com")
    ''
    >>> serves_host(["dw.com"], "adw.com")
    ''
    """
    why = ""
    for pattern in patterns:
        if pattern.startswith("!"):
            if _takes_in(pattern[1:], host):
                return ""
        elif not why and _takes_in(pattern, host):
            name = pattern.removeprefix("=")
            why = f"host is {host}" if name == host else f"host {host} ends in {name}"
    return why


def _takes_in(pattern: str, host: str) -> bool:
    name = pattern.removeprefix("=")
    return host == name or (name == pattern and host.endswith("." + name))


def speaks(languages: Collection[str], language: str) -> bool:
    """Whether a document's language is among these: one tag may be the beginning of the other.

    >>> speaks(["zh"], "zh-Hant"), speaks(["pt-BR"], "pt"), speaks(["pt-BR"], "pt-PT")
    (True, True, False)
    """
    wanted = language.lower().replace("_", "-")
    return any(
        wanted == tag or wanted.startswith(tag + "-") or tag.startswith(wanted + "-")
        for tag in map(str.lower, languages)
    )


def choose(
    ruleset: RuleSet, scope: Scope, recognised: Collection[str] = (), *, site_packs: bool = True
) -> tuple[Choice, ...]:
    """The packs that serve a document of this scope, in the order of their rules, with why.

    A site pack that is chosen by its host narrows the language packs to its own languages when no
    language is given. `recognised` names packs that `known_by` lines called in: they only add.
    `site_packs=False` leaves out every pack that names sites, and all that only they use.
    """
    hosted = _hosted(ruleset, scope) if site_packs else {}
    languages: Collection[str] = [scope.language] if scope.language else ()
    if not languages and hosted and all(ruleset.by_name[name].languages for name in hosted):
        languages = [tag for name in hosted for tag in ruleset.by_name[name].languages]
    whys: dict[str, str] = {}
    for pack in ruleset.packs:
        if not _reads(pack, scope, languages):
            continue
        if pack.name in hosted:
            whys[pack.name] = hosted[pack.name]
        elif pack.name in recognised and site_packs:
            whys[pack.name] = "recognised by its known_by lines"
        elif not pack.sites and not pack.only_used:
            whys[pack.name] = _every_page(pack)
    for user, name in _used(ruleset, whys):
        if name not in whys and _reads(ruleset.by_name[name], scope, languages):
            whys[name] = f"used by {user}"
    return tuple(Choice(pack, whys[pack.name]) for pack in ruleset.packs if pack.name in whys)


def _hosted(ruleset: RuleSet, scope: Scope) -> dict[str, str]:
    """Packs that the host chooses, with why."""
    if scope.host is None:
        return {}
    found = packs_of_host(ruleset, scope.host)
    return {name: why for name, why in found.items() if _reads(ruleset.by_name[name], scope, ())}


def packs_of_host(ruleset: RuleSet, host: str) -> dict[str, str]:
    """The packs whose sites take in a host, by name, with why.

    A dictionary is asked for each part of the host after a dot, so that millions of hosts cost little.
    """
    labels = host.split(".")
    ends = (".".join(labels[start:]) for start in range(len(labels)))
    named = {pack.name: pack for end in ends for pack in ruleset.packs_by_site.get(end, ())}
    whys = {name: serves_host(pack.sites, host) for name, pack in named.items()}
    return {name: why for name, why in whys.items() if why}


def _reads(pack: Pack, scope: Scope, languages: Collection[str]) -> bool:
    """Whether a pack's languages and extractors take in the document. Not its sites."""
    if pack.extractors and scope.extractor not in pack.extractors:
        return False
    wanted = [scope.language] if scope.language else languages
    return not pack.languages or not wanted or any(speaks(pack.languages, tag) for tag in wanted)


def _every_page(pack: Pack) -> str:
    scopes = []
    if pack.languages:
        scopes.append("in " + ", ".join(pack.languages))
    if pack.extractors:
        scopes.append("from " + ", ".join(pack.extractors))
    return " ".join(["every page", *scopes])


def _used(ruleset: RuleSet, serving: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(user, used) over all that the serving packs use, directly or not. `serving` may grow meanwhile."""
    waiting = list(serving)
    seen = set(waiting)
    while waiting:
        user = waiting.pop(0)
        for name in ruleset.by_name[user].uses:
            yield user, name
            if name in serving and name not in seen:
                seen.add(name)
                waiting.append(name)


def nearest_host(ruleset: RuleSet, host: str) -> str:
    """The host nearest in spelling that some pack serves, or an empty string."""
    from difflib import get_close_matches  # here, since it costs start-up more than the rest of this module

    known = {pattern.lstrip("=") for pack in ruleset.packs for pattern in pack.sites if pattern[0] != "!"}
    return next(iter(get_close_matches(host, sorted(known), n=1, cutoff=0.75)), "")
