"""What pages load: bundles, the pruned style sheet, icons, the policy, the packed site."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
import sphinx
import tinycss2
from emergence import archive, security
from emergence.errors import BookError
from emergence.sphinx import assets, bundles, icons, pruning, styles
from emergence.sphinx.bundles import Part
from fontTools.fontBuilder import FontBuilder
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from lxml import html

# The policy

CHARSET = '<!doctype html><html><head><meta charset="utf-8"><title>T</title></head><body>'


def told(page: str) -> dict[str, list[str]]:
    """The policy of a page, rule by rule."""
    (content,) = html.fromstring(page).xpath("//meta[@http-equiv]/@content")
    rules = [rule.split() for rule in content.split(";")]
    return {name: allowed for name, *allowed in rules}


def test_a_hash_is_the_one_that_browsers_compute() -> None:
    # The example of the specification, CSP Level 3, section 2.3.1.
    known = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert security.hash_of("alert('Hello, world.');") == known


def test_only_the_pages_own_code_runs() -> None:
    page = CHARSET + (
        '<script>first()</script><script src="a.js">never()</script>'
        '<script type="application/json">{"a": "<b>"}</script><script type="module">m()</script>'
    )
    rules = told(security.secured(page))
    expected = ["'self'", security.hash_of("first()"), security.hash_of("m()")]
    assert rules["script-src"] == expected
    assert rules["default-src"] == ["'self'"]
    assert rules["object-src"] == rules["base-uri"] == ["'none'"]
    assert not [rule for rule in rules if "'unsafe-eval'" in rules[rule]]


def test_the_policy_comes_before_all_that_it_rules_and_once() -> None:
    page = CHARSET.replace("<title>", "<script>a</script><title>")
    once = security.secured(page)
    head = [element.tag for element in html.fromstring(once).find("head")]
    assert head == ["meta", "meta", "script", "title"]
    assert security.secured(once) == once
    changed = once.replace("<script>a<", "<script>b<")
    assert told(security.secured(changed))["script-src"] == ["'self'", security.hash_of("b")]


@pytest.mark.parametrize(
    "body",
    [
        '<a href="#" onclick="go()">x</a>',
        "<body onload=go()>",
        '<a href=" JavaScript:go()">x</a>',
        '<form action="javascript:go()">',
    ],
)
def test_what_the_policy_would_break_is_refused(body: str) -> None:
    with pytest.raises(security.SecurityError, match="line 1"):
        security.secured(CHARSET + body)
    security.secured(CHARSET + '<p title="onclick=go()">javascript: is a word</p>')


@pytest.mark.parametrize("page", ["<head></head>", '<script>a</script><meta charset="utf-8">'])
def test_a_page_without_a_place_for_the_policy_is_refused(page: str) -> None:
    with pytest.raises(security.SecurityError, match="charset"):
        security.secured(page)


# Style sheets


def sheet(folder: Path, files: dict[str, str], first: str = "a.css") -> styles.Nodes:
    """The rules of the first file, as seen from the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return styles.read(folder / first, folder)


def test_imports_come_in_and_addresses_are_those_of_the_bundle(tmp_path: Path) -> None:
    files = {
        "styles/a.css": '@charset "utf-8"; @import "../b.css"; @import url(deep/c.css?v=1);'
        'p{src:url(../f/x.woff2?v=2) format("woff2")}i{mask:url(#m)}u{b:url( "data:,a;b" )}',
        "b.css": "b{background:url('pic ture.png')}",
        "styles/deep/c.css": "s{background:url(https://example.org/x)}",
    }
    text = styles.written(sheet(tmp_path, files, "styles/a.css"))
    assert text.splitlines() == [
        'b{background:url("pic ture.png")}',
        's{background:url("https://example.org/x")}',
        'p{src:url("f/x.woff2?v=2") format("woff2")}',
        'i{mask:url("#m")}',
        'u{b:url( "data:,a;b" )}',
    ]
    # Of a file as it is, without what its imports load in turn.
    assert styles.files(tmp_path / "styles/a.css", tmp_path) == {
        "b.css",
        "styles/deep/c.css",
        "f/x.woff2",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('@import "a.css";', "a.css"),
        ('@import "none.css";', "none.css"),
        ('@import "b.css" print;', "a.css:1"),
        ('@import "https://example.org/b.css";', "a.css:1"),
        ("p{}\n)", "a.css:2"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(styles.StyleError, match=message):
        sheet(tmp_path, {"a.css": text})


def test_writing_takes_away_spaces_and_comments_but_no_meaning(tmp_path: Path) -> None:
    text = (
        "/*! Licence: MIT */\n/* a remark */\n"
        '.a /* c */ .b ,\n .c:is( .d ) {\n  content : "a ; } b" ;\n  --none: ;\n  --x: 1px ;\n}\n'
        "@media (min-width: 1px) {\n  p { color : red ; }\n}\n"
    )
    rules = sheet(tmp_path, {"a.css": text})
    assert styles.written(rules) == (
        "/*! Licence: MIT */\n"
        '.a /**/ .b ,\n .c:is( .d ){content : "a ; } b";--none: ;--x: 1px}\n'
        "@media (min-width: 1px){p{color : red}}\n"
    ).replace(",\n .c", ", .c")


def css(text: str) -> styles.Nodes:
    return tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)


WORDS = pruning.words_of(
    ['<p class="on at" id=here style="color:var(--page)"><b data-class="no" class=\'b-1\'>'],
    ['x.classList.add("made", `level-${n}`); s.getPropertyValue("--script")'],
)


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (".on{a:b}", ".on{a:b}"),
        (".off{a:b}", ""),
        ("p.on.off, p.on , #here .at>a{a:b}", "p.on , #here .at>a{a:b}"),
        ("#gone p, .no{a:b}", ""),
        (".made,.level-3,.lev{a:b}", ".made,.level-3{a:b}"),
        ('.b-1:not(.off)[x=".off"]{a:b}', '.b-1:not(.off)[x=".off"]{a:b}'),
        ("h1,*,:root,[hidden]{a:b}", "h1,*,:root,[hidden]{a:b}"),
        ("@media print{.off{a:b}.on{a:b}}", "@media print{.on{a:b}}"),
        ("@media print{@supports (a:b){.off{a:b}}}", ""),
        ("@layer one,two;", "@layer one,two;"),
        ("@keyframes off{from{a:b}}", "@keyframes off{from{a:b}}"),
        (".on{&.off{a:b}.x{c:d}}", ".on{&.off{a:b}.x{c:d}}"),
    ],
)  # fmt: skip
def test_rules_that_meet_nothing_go(rule: str, left: str) -> None:
    assert styles.written(pruning.pruned(css(rule), WORDS)).strip() == left


def test_properties_and_fonts_that_nothing_asks_for_go() -> None:
    text = (
        ":root{--a:var(--b);--b:1;--c:var(--d);--d:2;--page:3;--script:4}"
        "p{color:var(--x,var(--a))}.on{--e:5;color:red}"
        "@font-face{font-family:Idle;src:url(i)}@font-face{font-family:'In Use';src:url(u)}"
        "b{font:1em In Use,serif}"
    )
    assert styles.written(pruning.pruned(css(text), WORDS)).split("\n") == [
        ":root{--a:var(--b);--b:1;--page:3;--script:4}",
        "p{color:var(--x,var(--a))}",
        ".on{color:red}",
        '@font-face{font-family:"In Use";src:url(u)}',
        "b{font:1em In Use,serif}",
        "",
    ]


def icon_font(signs: list[int]) -> bytes:
    """A font whose signs are all the same square."""
    builder = FontBuilder(1000)
    names = [".notdef", *(f"sign{sign:x}" for sign in signs)]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(signs, names[1:], strict=True)))
    builder.setupGlyf({name: Glyph() for name in names})
    builder.setupHorizontalMetrics({name: (1000, 0) for name in names})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Icons", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font.flavor = "woff2"
    written = io.BytesIO()
    builder.font.save(written)
    return written.getvalue()


def test_the_icon_font_keeps_the_icons_that_are_drawn(tmp_path: Path) -> None:
    for name, signs in {"solid": [0xF001, 0xF002, 0xE003], "brands": [0xF100]}.items():
        path = tmp_path / "fontawesome" / f"{name}.woff2"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(icon_font(signs))
    (tmp_path / "letters.woff2").write_bytes(b"any")
    face = "@font-face{{font-family:{0};src:url({1}.woff2)}}".format
    text = face("S", "fontawesome/solid") + face("B", "fontawesome/brands") + face("L", "letters")
    text += r'.x:before{font-family:S;content:"\f002"}.y:after{content:"\e003 x"}'
    left = icons.shrink(css(text), tmp_path)
    assert [family for _, family in styles.fonts(left)] == ["S", "L"]
    font = TTFont(tmp_path / "fontawesome/solid.woff2")
    assert set(font.getBestCmap()) == {0xF002, 0xE003}
    assert (tmp_path / "letters.woff2").read_bytes() == b"any"


def test_a_font_is_told_in_the_formats_that_are_there() -> None:
    text = "@font-face{font-family:F;src:url(a.woff2?v=1) format('woff2'),url(a.ttf)}"
    left = styles.written(styles.without_missing(css(text), {"a.woff2"}.__contains__))
    with pytest.raises(styles.StyleError, match="F: found no file"):
        styles.without_missing(css(text), lambda address: False)
    assert left.strip() == '@font-face{font-family:F;src:url(a.woff2?v=1) format("woff2")}'


# Scripts


def test_parts_keep_the_order_of_every_page() -> None:
    a, b, c, d = (Part(f"{name}.js") for name in "abcd")
    assert bundles.ordered([[a, c], [a, b, c], [c, d]]) == [a, b, c, d]
    with pytest.raises(bundles.BundleError, match=r"a\.js and b\.js"):
        bundles.ordered([[a, b], [b, a]])
    with pytest.raises(bundles.BundleError, match=r"a\.js"):
        bundles.ordered([[a], [Part("a.js", data=(("data-x", "1"),))]])


def test_a_script_of_many_tells_each_its_data() -> None:
    files = {
        "_static/one.js": '"use strict";\nconst one = 1 // no semicolon',
        "_static/two.js": "(() => two())()\n//# sourceMappingURL=two.js.map\n",
        "_static/scripts/theme.js": "console.log(1)",
    }
    told = (("data-long-name", 'a "b"'),)
    parts = [Part("_static/one.js"), Part("_static/two.js", data=told)]
    parts += [Part("", "inline()"), Part("_static/scripts/theme.js")]
    made = bundles.script(parts, files.__getitem__)
    assert made.index("const one") < made.index("two()") < made.index("inline()")
    assert 'currentScript.dataset, {"longName": "a \\"b\\""});\n(() => two' in made
    assert "sourceMappingURL" not in made
    assert "// no semicolon\n;" in made
    assert not made.startswith('"use strict"')  # that is for the first file only
    assert "log() {}" in made


def test_plurals_are_functions_and_nothing_else_is_evaluated() -> None:
    doctools = (Path(sphinx.__file__).parent / "themes/basic/static/doctools.js").read_text()
    rule = "(n%10==1 && n%100!=11 ? 0 : n%10>=2 || n%100>14 ? 1 : 2)"
    catalogue = f'Documentation.addTranslations({{"plural_expr": "{rule}"}});'
    files = {"d.js": doctools, "t.js": catalogue}
    made = bundles.script([Part("d.js"), Part("t.js")], files.__getitem__)
    assert "PLURAL_EXPR = catalog.plural_expr" in made
    assert f'{{"plural_expr": (n) => Number({rule})}}' in made
    for code in ("const f = new Function('n', 'return n')", 'eval("1")', "x = eval(y)"):
        with pytest.raises(bundles.BundleError, match=r"x\.js: found"):
            bundles.script([Part("x.js")], {"x.js": code}.__getitem__)


# A site

THEME_LINES = """
    document.documentElement.dataset.mode = localStorage.getItem("mode") || "";
    document.documentElement.dataset.theme = localStorage.getItem("theme") || "";
  """
PAGE = """<!DOCTYPE html>
<html data-content_root="{up}"><head>
<meta charset="utf-8" />
<script data-cfasync="false">{theme}</script>
<!-- <script src="{up}_static/comment.js"></script> -->
<link rel="stylesheet" href="{up}_static/styles/first.css?v=1" />
<link rel="stylesheet" href="{up}_static/paper.css" media="print" />
<link rel="icon" href="{up}_static/icon.svg" />
<link rel="preload" as="script" href="{up}_static/scripts/bootstrap.js" />
<script src="{up}_static/theme.js?v=2"></script>
<script src="{up}_static/options.js"></script>
<script>OPTIONS.typed = false;</script>
<script defer src="{up}_static/late.js" data-words="[&quot;w&quot;]"></script>
<script src="{up}_static/copybutton.js"></script>
<script defer="defer" src="{up}_static/charts.js?v=3"></script>
<script src="{up}_static/searchtools.js"></script>
<script src="{up}searchindex.js"></script>
</head><body class="page">{body}
<script type="application/json">{{"a": 1}}</script>
<script>here()</script>
<script defer src="{up}_static/scripts/bootstrap.js"></script>
</body></html>
"""
STATIC = {
    "styles/first.css": '@import "../base.css"; .page{background:url(../img/a.png)} .none{a:b}',
    "base.css": "p{color:red}",
    "paper.css": ".page{color:black}",
    "img/a.png": "png",
    "img/unused.png": "png",
    "icon.svg": "<svg/>",
    "theme.js": "early();\n",
    "options.js": "const OPTIONS = {};",
    "late.js": "late();",
    "comment.js": "never()",
    "copybutton.js": "copy();",
    "charts.js": 'load("vega.js");',
    "vega.js": "vega()",
    "charts/page.js": "spec",
    "searchtools.js": "search()",
    "scripts/bootstrap.js": "bootstrap()",
    "scripts/bootstrap.js.map": "{}",
    "locales/ru/x.mo": "x",
    "vendor/LICENSE.txt": "terms of what is not used",
    "img/LICENSE-icons.txt": "terms",
    "deck.css": "@import 'deck-font.css';",
    "deck-font.css": "a{b:url(deck.woff2)}",
    "deck.woff2": "f",
}
DECK = (
    '<!doctype html><head><meta charset="utf-8"><link rel="stylesheet" href="../_static/deck.css">'
    '</head><script src="../_static/charts.js"></script><script>begin()</script>'
)


@pytest.fixture
def settled(tmp_path: Path) -> Path:
    """A little site with all that the build meets, settled."""
    root = tmp_path / "html"
    texts = {f"_static/{name}": text for name, text in STATIC.items()}
    texts["searchindex.js"] = "index()"
    bodies = {"index.html": "", "search.html": '<p id="search-results">', "deep/page.html": ""}
    for uri, body in bodies.items():
        up = "../" * uri.count("/")
        texts[uri] = PAGE.format(up=up, theme=THEME_LINES, body=body)
    texts["slides/deck.html"] = DECK
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assets.settle(root)
    return root


def loaded(path: Path) -> list[str]:
    """Addresses of the style sheets and scripts of a page, without versions."""
    found = html.parse(path).xpath("//link[@rel='stylesheet']/@href | //script/@src")
    return [address.partition("?")[0] for address in found]


def test_pages_load_one_style_sheet_and_one_script(settled: Path) -> None:
    bundle = ["_static/pages.css", "_static/pages.js"]
    assert loaded(settled / "index.html") == [*bundle, "_static/charts.js"]
    assert loaded(settled / "deep/page.html") == [f"../{x}" for x in [*bundle, "_static/charts.js"]]
    search = ["_static/searchtools.js", "searchindex.js"]
    assert loaded(settled / "search.html") == [*bundle, "_static/charts.js", *search]
    for tag in html.parse(settled / "search.html").xpath("//script[@src]"):
        assert tag.get("defer") is not None  # none of them holds up the page
    version = hashlib.sha256((settled / bundle[1]).read_bytes()).hexdigest()[:8]
    assert f"pages.js?v={version}" in (settled / "index.html").read_text()


def test_bundles_hold_what_is_needed_in_the_order_it_was_run(settled: Path) -> None:
    script = (settled / "_static/pages.js").read_text()
    wanted = ["const OPTIONS", "OPTIONS.typed", json.dumps('["w"]'), "late()"]
    places = [script.index(words) for words in wanted]
    assert places == sorted(places)
    for idle in ("never()", "copy()", "bootstrap()", "here()", "search()", "early()"):
        assert idle not in script
    assert (settled / "_static/pages.css").read_text().splitlines() == [
        "p{color:red}",
        '.page{background:url("img/a.png")}',
        "@media print{.page{color:black}}",
    ]


def test_light_or_dark_is_settled_before_anything_is_painted(settled: Path) -> None:
    page = html.parse(settled / "deep/page.html")
    assert page.xpath("//script[not(@src) and not(@type)]/text()") == ["early();\n", "here()"]
    early, sheet = page.xpath("//script[text()='early();\n'] | //link[@rel='stylesheet']")
    assert (early.tag, sheet.tag) == ("script", "link")


def test_every_page_and_deck_has_its_policy(settled: Path) -> None:
    for path in settled.rglob("*.html"):
        page = path.read_text()
        inline = html.fromstring(page).xpath("//script[not(@src) and not(@type)]/text()")
        assert told(page)["script-src"] == ["'self'", *map(security.hash_of, inline)]


def test_what_nothing_asks_for_is_gone_and_decks_keep_theirs(settled: Path) -> None:
    left = {
        p.relative_to(settled / "_static").as_posix() for p in (settled / "_static").rglob("*.*")
    }
    assert left == {
        *("pages.css", "pages.js", "charts.js", "vega.js", "charts/page.js", "searchtools.js"),
        *("img/a.png", "img/LICENSE-icons.txt", "icon.svg", "comment.js"),
        *("deck.css", "deck-font.css", "deck.woff2"),
    }  # fmt: skip
    assert loaded(settled / "slides/deck.html") == ["../_static/deck.css", "../_static/charts.js"]


def test_a_page_that_its_policy_would_break_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text(CHARSET + '<p onclick="x()">')
    with pytest.raises(BookError, match=r"bad\.html: line 1: <p>"):
        assets.settle(tmp_path)


# The packed site

LINKS = (
    '<nav aria-label="x">\n<ul>\n <li><a class="t" href="../notebooks/a.ipynb" download>N</a></li>'
    '\n</ul></nav><p>See <a href="h/b.pdf?v=1"><b>it</b></a>, <a href="c.html#x.pdf">c</a> or '
    '<a href="https://example.org/d.pdf">d</a>.</p><ul><li><a href="e.ipynb">e</a></li>'
    '<li><a href="f.html">f</a></li></ul><p><button>Data</button>'
    '<a href="../data/charts/g.csv" download>CSV</a><a href="../data/h.csv">h</a></p>'
)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    kept = ("index.html", "en/b.html", "en/a.css", "data/h.csv")
    for name in (*kept, "en/c.ipynb", "en/handouts/d.pdf", "en/data/charts/g.csv"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(LINKS if name.endswith("b.html") else "content\n")
    return site


def test_the_packed_site_is_the_same_each_time_and_has_no_dead_link(built: Path) -> None:
    first, again = built.parent / "book.zip", built.parent / "again" / "book.zip"
    size = archive.pack(built, first)
    for path in built.rglob("*.css"):
        path.touch()
    archive.pack(built, again)
    assert first.read_bytes() == again.read_bytes()
    assert size == first.stat().st_size
    with zipfile.ZipFile(first) as packed:
        names = ["data/h.csv", "en/a.css", "en/b.html", "index.html"]
        assert packed.namelist() == [f"book/{name}" for name in names]
        page = packed.read("book/en/b.html").decode()
    assert page == (
        '<p>See <b>it</b>, <a href="c.html#x.pdf">c</a> or '
        '<a href="https://example.org/d.pdf">d</a>.</p><ul><li><a href="f.html">f</a></li></ul>'
        '<p><button>Data</button><a href="../data/h.csv">h</a></p>'
    )


def test_no_site_or_too_large_a_one_is_one_line_and_leaves_the_last(built: Path) -> None:
    target = built.parent / "book.zip"
    target.write_text("the last one")
    with pytest.raises(archive.ArchiveError, match=r"run `make site` first$"):
        archive.pack(built / "none", target)
    with pytest.raises(archive.ArchiveError, match=r"at most 0\.0001 MB"):
        archive.pack(built, target, limit=100)
    assert target.read_text() == "the last one"
    assert list(built.parent.glob(".*")) == []
