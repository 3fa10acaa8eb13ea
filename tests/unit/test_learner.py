"""A pack drafted from three pages of a site that nobody knows, and each thing that a draft looks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import cleaner
from cleaner.checker import check_rules
from cleaner.drafter import draft, pack_name
from cleaner.errors import InputError
from cleaner.examples import judge_examples
from cleaner.learner import Candidate, candidates, known_by, quoted
from cleaner.rules import RuleSet
from cleaner.samples import language_of, read_samples
from tests.drafts import filled_in, uncommented

NO_RULES = cleaner.compile_rules(RuleSet())

# Three sites. Lines that begin with `= ` are the article's; all others are furniture.
# ruff: noqa: E501

TIDEWATER = """\
Skip to main content
The Tidewater Post
Independent since 1871

  • News
  • {section}
  • Tide tables

= {title}

= {lead}

{author}
{role}
@{handle}
Last modified on {date}

  • Share on Facebook
  • Save for later
  • {count} comments

{caption}
Photograph: {credit}

= {body[0]}

= {body[1]}

Read also: {also}

= {body[2]}

The Morning Tide
Our editors' pick of the day's stories, in your inbox before the first ferry leaves. Free of charge, always.
Enter your email

= {body[3]}

= {body[4]}

Topics: {topics}

The Tidewater Post is owned by its readers. If you value what we do, please become a member today.
Become a member

More from {section}
  • {more[0]}
  • Why the herring came back
  • {more[1]}

Most read this week
  1. {most[0]}
  2. {most[1]}
  3. {most[2]}
  4. {most[3]}

Comments ({count})
Please keep to our community standards.

{reader}
2 hours ago
{comment}
Reply

Load more comments

About us
Corrections
Jobs at the Post
© 2026 Tidewater Publishing Ltd. All rights reserved.
Back to top
"""

LEDA = """\
Leda-Rundschau Startseite
E-Paper   Abo   Anzeigen   Trauer

Guten Tag, Gast

= {title}

= {lead}

Stand: {date}
Lesedauer: ca. {count} Minuten
Artikel vorlesen lassen
Schriftgröße ändern

{caption} Foto: {credit}

= {body[0]}

Anzeige

= {body[1]}

Lesen Sie hier: {also}

= {body[2]}

Post von der Leda
Das Wichtigste aus Stadt und Land, jeden Abend kostenlos in Ihrem Postfach, von der ganzen Redaktion empfohlen.
Jetzt eintragen

= {body[3]}

= {body[4]}

Fehler gefunden? Schreiben Sie an die Chefredaktion.

Themen in diesem Artikel
- {topics}
- {section}

Noch mehr aus dem Ressort {section}

{more[0]}

{more[1]}

Moorbahn fährt erst im März wieder

Das lesen andere gerade

{most[0]}

{most[1]}

{most[2]}

{most[3]}

Lesermeinungen zum Artikel
{count} Beiträge bisher
Zum Mitschreiben bitte einloggen

Leda-Rundschau Verlag GmbH & Co. KG
Impressum
Zustellreklamation
Widerruf
© Leda-Rundschau 2026
"""

CALDER = """\
Skip to content
Subscribe from £1
Search the Calder Mercury
Home
News
Valley
Moors
Crime & Courts
Fell running
What's On
Mercury Crossword
Announcements
Book an advert
= {title}
= {lead}
By {author}
Published {date}
Add Calder Mercury on your search engine
= {body[0]}
= {body[1]}
Article continues below
= {body[2]}
See more: {also}
= {body[3]}
= {body[4]}
Join our WhatsApp group for the valley
Story tags
{topics}
Have your say
{count} people are talking about this
Latest in the valley
{most[0]}
{most[1]}
{most[2]}
From our partners
{more[0]}
{more[1]}
More from the Mercury
Mercury Shop
Photo sales
Place a death notice
Help
Complaints
About
Modern slavery statement
Calder Mercury is published by Calderdale News Co-operative Limited, and takes all complaints seriously.
© 2026 Calderdale News Co-operative
Back to the top
"""

ENGLISH = [
    {
        "section": "Politics",
        "title": "Ferry operator drops winter timetable after crew shortage",
        "lead": "Sailings to the outer islands will fall from nine to four a day",
        "author": "Imogen Tarrant",
        "role": "Transport correspondent",
        "handle": "imogenwrites",
        "date": "Mon 12 Jan 2026 11.03 GMT",
        "count": 37,
        "caption": "The Selkie at her berth on Saturday.",
        "credit": "Dougal Wren/The Tidewater Post",
        "also": "Wind farm crews to be housed on old cruise ship",
        "topics": "Ferries",
        "body": [
            "The company that runs the ferries to the outer islands will cut its winter timetable by half, it said.",
            "From next week there will be four sailings a day instead of nine, and the last will leave at five.",
            "No date for a return",
            "The company would not say when the full timetable might return. It has found six deckhands of twenty.",
            "The regulator has written to the company to ask for its staffing plans, and wants them by Friday.",
        ],
        "more": ["Seaweed farm wins appeal over moorings", "School bus drivers to strike"],
        "most": [
            "Castle roof to be thatched",
            "Man rows to work for a year",
            "Quiz: your knots",
            "Best suppers",
        ],
        "reader": "skerry_dan",
        "comment": "About time somebody said it.",
    },
    {
        "section": "News",
        "title": "Council tax to rise by nine per cent as reserves run dry",
        "lead": "Leader says the alternative was to close two of five libraries",
        "author": "Ruaridh Penn",
        "role": "Local government reporter",
        "handle": "ruaridhwrites",
        "date": "Wed 4 Feb 2026 08.15 GMT",
        "count": 112,
        "caption": "Protesters outside the town hall.",
        "credit": "Asha Vint/The Tidewater Post",
        "also": "Five libraries, one budget",
        "topics": "Council tax",
        "body": [
            "Council tax will rise by nine per cent in April, the largest rise since the council was founded.",
            "The leader of the council said that he had no choice. The reserves would be gone by the summer.",
            "What it means for a household",
            "A household in a mid-priced home will pay 140 more a year. Those on low incomes will be exempt.",
            "A petition against the rise had been signed by 11,000 people before the vote. They go to court now.",
        ],
        "more": ["Harbour dredging delayed again", "Two new councillors sworn in"],
        "most": [
            "Man rows to work for a year",
            "Castle roof to be thatched",
            "Best suppers",
            "Pier for sale",
        ],
        "reader": "Bertie",
        "comment": "Nine per cent!",
    },
    {
        "section": "Culture",
        "title": "The weaver who is mapping the sea floor in wool",
        "lead": "Ten years of soundings hang in a chapel by the shore",
        "author": "Imogen Tarrant",
        "role": "Transport correspondent",
        "handle": "imogenwrites",
        "date": "Sun 15 Feb 2026 09.02 GMT",
        "count": 4,
        "caption": "Elspeth Marr at her loom.",
        "credit": "Dougal Wren/The Tidewater Post",
        "also": "The last pilots of the firth",
        "topics": "Art",
        "body": [
            "Elspeth Marr has never been below the surface of the sea, and she does not swim. She maps its floor.",
            "It began with a box of charts that her uncle left her. He had been a pilot, and had drawn on them.",
            "Forty shades of grey",
            "She dyes the wool herself, with lichen and iron. The darkest hangs in the apse, where the trench is.",
            "A museum has asked to buy the whole work, and she has declined. It would have to be cut, she says.",
        ],
        "more": ["Choir of fishermen to tour", "A novel in twelve tides"],
        "most": [
            "Best suppers",
            "Pier for sale",
            "Man rows to work for a year",
            "Castle roof to be thatched",
        ],
        "reader": "Wilma K.",
        "comment": "Went on Saturday. Go.",
    },
]

GERMAN = [
    {
        "section": "Region",
        "title": "Deich bei Ostermoor hält, Sandsäcke bleiben liegen",
        "lead": "Die Pegel fallen, doch der Landrat will noch keine Entwarnung geben.",
        "date": "14.01.2026, 17:35 Uhr",
        "count": 3,
        "caption": "Helfer auf dem Deich bei Ostermoor am Mittwoch.",
        "credit": "Jan Petersen",
        "also": "Die Zahlen im Überblick",
        "topics": "Hochwasser",
        "body": [
            "Nach drei Nächten mit Sturm und Dauerregen ist das Wasser der Leda am Mittwoch wieder gefallen.",
            "Mehr als vierhundert Helfer hatten seit Sonntag Sandsäcke gefüllt. Sie sollen dort liegen bleiben.",
            "Keller laufen weiter voll",
            "In den tiefer liegenden Straßen drückt das Grundwasser weiter in die Keller. Zwölf Pumpen laufen.",
            "Ob das Land sich an den Kosten beteiligt, ist offen. Der Landrat sprach von neun Millionen Euro.",
        ],
        "more": ["Schulbus bleibt im Schlamm stecken", "Was der Deich gekostet hat"],
        "most": [
            "Bäckerei am Markt schließt",
            "Wolf bei Hesel gesichtet",
            "Kreis sucht Schöffen",
            "Neue Umgehung",
        ],
    },
    {
        "section": "Wirtschaft",
        "title": "Käufer für die Lürssand-Werft springt ab",
        "lead": "Der Insolvenzverwalter verhandelt nun mit zwei weiteren Bietern.",
        "date": "22.01.2026, 09:12 Uhr",
        "count": 5,
        "caption": "Das Trockendock der Werft steht seit November leer.",
        "credit": "Archiv",
        "also": "Wie die Werft in Not geriet",
        "topics": "Insolvenz",
        "body": [
            "Die Rettung der Lürssand-Werft steht auf der Kippe. Der Investor zog sein Angebot am Donnerstag zurück.",
            "Für die 310 Beschäftigten bedeutet das weitere Wochen der Ungewissheit. Das Geld läuft bald aus.",
            "Zwei Bieter sind noch im Rennen",
            "Nach Angaben des Verwalters gibt es zwei weitere Interessenten. Namen wollte er dort nicht nennen.",
            "Im Trockendock liegt seit November kein Schiff mehr, die letzte Fähre wurde nach Polen geschleppt.",
        ],
        "more": ["Hafen meldet Rekord bei Autos", "Reederei stellt Fähre ein"],
        "most": ["Wolf bei Hesel gesichtet", "Bäckerei am Markt schließt", "Neue Umgehung", "Kita zieht um"],
    },
    {
        "section": "Kultur",
        "title": "Zwölf Dörfer, zwölf Orgeln, ein Organist",
        "lead": "Onno Freese spielt im Sommer jede Woche in einer anderen Kirche.",
        "date": "01.02.2026, 06:00 Uhr",
        "count": 4,
        "caption": "Onno Freese an der Orgel von Rysmer Siel.",
        "credit": "Wiebke Harms",
        "also": "Die schönsten Kirchen im Norden",
        "topics": "Musik",
        "body": [
            "Onno Freese hat einen Schlüsselbund, um den ihn jeder Küster beneidet. Zwölf Kirchen schließt er auf.",
            "Im Sommer will der Organist in jeder von ihnen ein Konzert geben, immer mittwochs um acht Uhr abends.",
            "Mäuse im Pedal",
            "Mäuse haben das Leder der Bälge gefressen, und bei Westwind heult die tiefste Pfeife von selbst.",
            "Das erste Konzert ist am 3. Juni. Wer mag, kann hinterher auf den Boden steigen und zusehen.",
        ],
        "more": ["Shantychor sucht Bässe", "Museum zeigt Netze"],
        "most": ["Neue Umgehung", "Kita zieht um", "Wolf bei Hesel gesichtet", "Bäckerei am Markt schließt"],
    },
]

SITES = {
    "tidewaterpost.example": (TIDEWATER, ENGLISH),
    "ledarundschau.example": (LEDA, GERMAN),
    "caldermercury.example": (CALDER, ENGLISH),
}


def pages_of(site: str) -> list[tuple[str, list[str]]]:
    """Of each page of a site its text, and the lines of its article."""
    template, articles = SITES[site]
    marked = [template.format(**article).splitlines() for article in articles]
    texts = ["\n".join(line.removeprefix("= ") for line in lines) + "\n" for lines in marked]
    bodies = [[line.removeprefix("= ") for line in lines if line.startswith("= ")] for lines in marked]
    return list(zip(texts, bodies, strict=True))


@pytest.mark.parametrize("site", SITES)
def test_three_pages_make_a_pack(site: str, tmp_path: Path, shipped: cleaner.Program) -> None:
    """All candidates taken as they are, with a near miss each: ten rules and more, with which `check` and
    `test` find nothing wrong, and which take all furniture and nothing of the articles."""
    pages = pages_of(site)
    path = tmp_path / f"{site}.yaml"
    path.write_text(filled_in(draft(site, [text for text, _ in pages], shipped)), encoding="utf-8")
    ruleset = cleaner.load(path)
    pack = ruleset.by_name[site]
    assert len(pack.rules) >= 10
    assert len(pack.known_by) >= 2
    assert [str(problem) for problem in check_rules(ruleset, [pack])] == []
    assert [verdict.rule.name for verdict in judge_examples(ruleset, [pack]) if verdict.is_finding] == []
    program = cleaner.compile_rules(ruleset)
    for text, body in pages:
        result = cleaner.clean(text, program, site=site)
        assert list(filter(None, result.text.split("\n"))) == body
        assert site in cleaner.clean(text, program).packs, "known by its lines"


def test_without_its_candidates_much_is_left(shipped: cleaner.Program) -> None:
    """Else the test above would be one of the shipped packs."""
    for site in SITES:
        for text, body in pages_of(site):
            result = cleaner.clean(text, shipped, site=site)
            assert len(list(filter(None, result.text.split("\n")))) >= len(body) + 10


# What a draft looks for, one thing at a time

PROSE = "The harbour will stay closed until the divers have searched the wreck, the mayor said on {}."


def page(number: int, above: str = "", below: str = "") -> str:
    """A page with two lines of prose of its own; `0` stands for its number."""
    prose = f"{PROSE.format(number)}\n\n{PROSE.format(number)} Nobody saw it.\n"
    return f"{above}\n{prose}\n{below}\n".replace("0", str(number))


def found(texts: list[str]) -> dict[str, Candidate]:
    samples = read_samples("tide.example", texts, NO_RULES)
    return {candidate.id: candidate for candidate in candidates(samples)}


def operations(texts: list[str]) -> Iterator[str]:
    for candidate in found(texts).values():
        yield " ".join(line.strip() for line in candidate.operation)


@pytest.mark.parametrize(
    ("above", "below", "wanted"),
    [
        ("", "Tide board", "line: exact: - Tide board"),
        ("", "Tides", "line: exact: - Tides zone: tail"),
        ("Tide board", "", "line: exact: - Tide board zone: head"),
        ("", "Filed under: wreck 0", "line: prefix: - 'Filed under:' max_chars: 120"),
        ("", "0 boats are out", r"line: regex: - '\d{1,5} boats are out'"),
        ("", "Written by Ada 0 for us", r"line: regex: - 'Written by Ada \d{1,5} for us'"),
    ],
)
def test_lines_that_pages_share(above: str, below: str, wanted: str) -> None:
    assert list(operations([page(number, above, below) for number in (1, 2, 3)])) == [wanted]


def test_a_name_between_words() -> None:
    names = ["Ada Quill", "L. Moor", "Bo"]
    above = "The headline of page {}\n\nWritten by {} for us"
    texts = [page(number, above.format(number, name)) for number, name in enumerate(names, 1)]
    assert list(operations(texts)) == ["line: regex: - 'Written by .{1,60} for us'"]


PEOPLE = ["Ada Quill", "L. Moor", "Bo Birk"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Home / Coast / {}", "line: prefix: - 'Home / ' max_chars: 120"),
        ("{} | Tide desk", "line: suffix: - ' | Tide desk' max_chars: 120"),
        ("{}, at home. / TIDE / Photographer {}", "line: contains: - ' / TIDE / ' max_chars: 120"),
    ],
)
def test_what_stands_beside_slashes_and_bars(line: str, wanted: str) -> None:
    texts = [page(number, "", line.format(it, it)) for number, it in enumerate(PEOPLE, 1)]
    assert list(operations(texts)) == [wanted]


def test_a_trail_above_the_headline_is_none() -> None:
    above = "Home / Coast news / {}\n\nThe headline of page {}"
    texts = [page(number, above.format(it, number)) for number, it in enumerate(PEOPLE, 1)]
    texts[0] += "\nThe headline of page 2\n"
    assert [candidate.id for candidate in found(texts).values()] == ["nav-part-above"]


def test_what_is_on_one_page_only_is_listed_by_where_it_stands() -> None:
    texts = [page(number).replace("\n\n", f"\n\n{it}\n\n", 1) for number, it in enumerate(PEOPLE, 1)]
    texts[0] += "Bells\n"
    lines = draft("tide.example", texts, NO_RULES).splitlines()
    outside = next(number for number, line in enumerate(lines) if "each on one page" in line)
    within = next(number for number, line in enumerate(lines) if "middle of the text" in line)
    assert outside < lines.index("#   #   Bells") < within < lines.index("#   #   Ada Quill")


def test_pages_that_are_clean_leave_nothing_to_propose() -> None:
    text = draft("tide.example", [page(1), page(2)], NO_RULES)
    assert "# Nothing to propose" in text
    assert "# Nothing to propose" not in draft("tide.example", [], NO_RULES), "there was nothing to look at"


@pytest.mark.parametrize(
    ("site", "language"), [("tidewaterpost.example", "en"), ("ledarundschau.example", "de")]
)
def test_the_packs_tell_the_language(site: str, language: str, shipped: cleaner.Program) -> None:
    texts = [text for text, _ in pages_of(site)]
    assert language_of(site, texts, shipped) == language
    assert f"languages: [{language}]" in draft(site, texts, shipped)
    assert language_of(site, [page(1)], shipped) is None
    assert "# languages: [en]" in draft(site, [page(1)], shipped)


def test_a_language_that_is_told_is_not_guessed(shipped: cleaner.Program) -> None:
    texts = [text for text, _ in pages_of("ledarundschau.example")]
    assert "languages: ['no']" in draft("ledarundschau.example", texts, shipped, language="no")


def test_a_caption_above_its_credit() -> None:
    captions = ["Boats in the harbour", "The mayor", "A gull"]
    texts = [page(number, "", f"{it}\nPhoto: L. {it[0]}") for number, it in enumerate(captions, 1)]
    caption = found(texts)["caption-above-credit"]
    assert caption.operation[0] == "sequence:"
    assert caption.lines == set(captions)
    apart = [text.replace("\nPhoto", "\n\nPhoto") for text in texts]
    assert "caption-above-credit" not in found(apart)


def test_names_above_a_line_of_one_form() -> None:
    names = [("Ada Quill", "Coast desk"), ("L. Moor", "Sea desk"), ("Bo Birk", "Desk")]
    texts = [page(at, f"{name}\n{role}\n@user0\n") for at, (name, role) in enumerate(names, 1)]
    byline = found(texts)["byline"]
    assert "  - drop: {class: handle, max_chars: 120}" in byline.operation
    assert "    repeat: [1, 2]" in byline.operation
    assert byline.operation[-1] == "zone: head"
    assert "byline" not in found([text.replace("\n@", "\n\n@") for text in texts])


BOX = "Most read\n{}\nContact\nImprint of ours"


def test_a_box_between_two_lines() -> None:
    teasers = ["Ships collide\nGull lands", "Quay sold", "Man rows\nDog swims\nPier burns"]
    texts = [page(number, "", BOX.format(it)) for number, it in enumerate(teasers, 1)]
    box = found(texts)["related-box"]
    assert box.operation == (
        "block:",
        "  from: {exact: Most read}",
        "  to: {exact: Contact}",
        "  max_lines: 9",
    )
    assert {"Quay sold", "Man rows"} <= box.lines


def test_no_box_over_running_text() -> None:
    teasers = ["Ships collide", "Quay sold", PROSE.format("Sunday")]
    texts = [page(number, "", BOX.format(it)) for number, it in enumerate(teasers, 1)]
    assert not [it for it in operations(texts) if it.startswith("block:")]


def test_a_heading_that_nothing_follows_opens_a_cut() -> None:
    texts = [page(number, "", f"Most read\n{it}") for number, it in enumerate(["Quay sold", "Man rows"], 1)]
    assert found(texts)["related-box"].operation == (
        "cut:",
        "  from: {exact: Most read}",
        "  max_prose: 300",
    )


@pytest.mark.parametrize("moving", ["Gull lands on mayor", "Wreck: nothing found"])
def test_a_teaser_that_all_pages_have_is_no_landmark(moving: str) -> None:
    """It moves while the headings around it stay in place; so no site is known by it, either."""
    boxes = [["a", moving, "b"], [moving, "c", "d"], ["e", "f", moving]]
    texts = [page(at, "", BOX.format("\n".join(box))) for at, box in enumerate(boxes, 1)]
    blocks = [it for it in operations(texts) if it.startswith("block:")]
    assert len(blocks) == 1
    assert moving not in blocks[0]
    assert moving not in known_by("tide.example", read_samples("tide.example", texts, NO_RULES), NO_RULES)


def test_headlines_leads_and_prose_are_no_candidates() -> None:
    heads = [
        "Ferries stay in port this week\n\nA lead",
        "Gulls take the pier at last\n\nTwo",
        "Nets are in\n\nB",
    ]
    texts = [page(number, f"Tide board\n\n{head}\n") for number, head in enumerate(heads, 1)]
    shown = [line for candidate in found(texts).values() for line in candidate.shown]
    assert shown == ["Tide board"]
    made = draft("tide.example", texts, NO_RULES)
    assert "#   #   A lead\n" in made, "for the eye"
    assert "Ferries stay" not in made


def test_a_single_page_shows_what_is_short_above_and_below() -> None:
    made = found([page(1, "Ships\nFerries stay in port", "Contact us")])
    assert {candidate.sureness for candidate in made.values()} == {2}
    assert {line for candidate in made.values() for line in candidate.shown} == {
        "Ships",
        "Ferries stay in port",
        "Contact us",
    }


def test_an_article_that_is_there_twice_is_no_template() -> None:
    """Saved again, or updated: its paragraphs are on two samples, and are the article's all the same."""
    first = page(1, "", "Tide board")
    again = first.replace("Tide board", "Tide board\n" + PROSE.format("the fourth"))
    made = draft("tide.example", [first, page(2, "", "Tide board"), again], NO_RULES)
    assert "# 1 of 3 samples show an article again.\n" in made
    assert "why: below the text, on 2 of 2 samples" in made
    assert "The harbour" not in made


def test_what_rules_take_is_no_candidate(shipped: cleaner.Program) -> None:
    texts = [page(number, "", "Skip to main content\nTide board") for number in (1, 2)]
    samples = read_samples("tide.example", texts, shipped)
    assert [candidate.lines for candidate in candidates(samples)] == [{"Tide board"}]


def test_what_any_site_may_say_is_no_line_to_be_known_by() -> None:
    below = "Please leave a comment on our page\nThe boats of the northern shore\nThe Tide and its people"
    samples = read_samples("tide.example", [page(number, "", below) for number in (1, 2, 3)], NO_RULES)
    assert known_by("tide.example", samples, NO_RULES) == [
        "The Tide and its people",
        "The boats of the northern shore",
    ]


def test_lines_that_a_site_is_known_by(shipped: cleaner.Program) -> None:
    lines = [
        "Terms of the harbour board", "The Tide of tide.example", "Tide and Co. 2026, the harbour",
        "Skip to main content", "Short line", "The tide tables",
    ]  # fmt: skip
    texts = [page(number, "", "\n".join(lines)) for number in (1, 2, 3)]
    samples = read_samples("tide.example", texts, shipped)
    assert known_by("tide.example", samples, shipped) == [
        "The Tide of tide.example",
        "The tide tables",
        "Terms of the harbour board",
    ]


def test_one_line_alone_tells_no_site() -> None:
    samples = read_samples(
        "tide.example", [page(number, "", "The tide tables") for number in (1, 2)], NO_RULES
    )
    assert known_by("tide.example", samples, NO_RULES) == []


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("https://www.tide.example/a?b", "tide.example"),
        ("my--tide.example", "my-tide.example"),
        ("bücher.example", "xn-bcher-kva.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("dw.com", "dw.com-own"),
    ],
)
def test_a_pack_for_any_site_loads(site: str, name: str, tmp_path: Path, shipped: cleaner.Program) -> None:
    assert pack_name(site, shipped) == name
    path = tmp_path / f"{name}.yaml"
    path.write_text(draft(site, [page(number, "Tide board") for number in (1, 2)], shipped))
    assert name in cleaner.load(path).by_name
    path.write_text(uncommented(path.read_text()))
    assert cleaner.load(path).by_name[name].rules


@pytest.mark.parametrize("site", ["localhost", "-", "-.-", "a..b", "a" * 64 + ".example", ""])
def test_what_is_no_site(site: str) -> None:
    with pytest.raises(InputError, match=r"no site|no host"):
        pack_name(site, NO_RULES)


@pytest.mark.parametrize(
    "text", ["On", "no", "E0", "10:30", "a: b", "# x", "it's #1", "- x", "~", "x ", "[x]"]
)
def test_what_a_reader_would_change_is_quoted(text: str) -> None:
    assert quoted(text) == "'" + text.replace("'", "''") + "'"


@pytest.mark.parametrize("text", ["Share", "Read more", "So what?", "R&B (live)", "Größe", "Top 10 pubs"])
def test_what_no_reader_changes_stays_plain(text: str) -> None:
    assert quoted(text) == text
