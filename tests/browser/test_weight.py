"""What a page costs and what it may do: requests, bytes, messages, shifts, and its policy.

Every page is opened once; the tests look at what was seen. Counts and bytes, never times.
"""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from emergence import archive, paths, security
from emergence.i18n import LANGUAGES
from lxml import html
from playwright.sync_api import Browser, BrowserContext, Page, expect

from .conftest import built_decks, built_pages
from .test_site import DESKTOP, opened, pages_with, revive

pytestmark = pytest.mark.browser

MOST_REQUESTS = 30
FEW_REQUESTS = 12  # of a page whose charts are pictures
PROSE, STILL, ALIVE = 180_000, 200_000, 480_000
SHIFT = 0.02
# What only a chart that lives asks for.
LIVELY = ("/_shared/vega.js", "/_static/charts/", "/_static/tables/")
PACKED = (".woff2", ".png")

WATCH = """
  window.emSeen = {refused: [], shift: 0, moved: []};
  addEventListener("securitypolicyviolation", (event) =>
    emSeen.refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      emSeen.shift += entry.value;
      for (const {node, previousRect, currentRect} of entry.sources) {
        const name = node?.parentElement?.outerHTML.slice(0, 80);
        const places = [previousRect, currentRect].map((r) => `${r.y}+${r.height}`).join(" to ");
        emSeen.moved.push(`${Math.round(entry.startTime)} ms: ${places}: ${name}`);
      }
    }
  }).observe({type: "layout-shift", buffered: true});
"""


@dataclass
class Visit:
    """What was seen of a page: addresses asked for at first and in all, and what was said."""

    origin: str
    first: list[str]
    all: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    shift: float = 0.0
    moved: list[str] = field(default_factory=list)
    charts: int = 0

    def bytes(self, addresses: list[str]) -> int:
        """What a server that compresses sends, each file once."""
        return sum(sent(urlsplit(address).path) for address in dict.fromkeys(addresses))


def sent(path: str) -> int:
    """Bytes of a file of the site as a server sends it."""
    file = paths.SITE / unquote(path.lstrip("/"))
    content = (file / "index.html" if file.is_dir() else file).read_bytes()
    return len(content if file.suffix in PACKED else gzip.compress(content, 6))


def is_deck(address: str) -> bool:
    return "/slides/" in address


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Readers with one browser, whose every page is watched."""
    made = browser.new_context(viewport=DESKTOP)
    made.set_default_timeout(15_000)
    made.add_init_script(WATCH)
    yield made
    made.close()


@pytest.fixture(scope="module")
def visits() -> dict[str, Visit | Exception]:
    """The visits so far, by page, or why one did not come to its end."""
    return {}


@pytest.fixture(params=[*built_pages(), *built_decks()] or ["nothing-built.html"])
def place(request: pytest.FixtureRequest) -> str:
    """A page or a deck."""
    return request.param


@pytest.fixture
def visit(
    context: BrowserContext, origin: str, visits: dict[str, Visit | Exception], place: str
) -> Visit:
    """The visit of a page or a deck, made the first time that a test asks for it."""
    address = place
    if address not in visits:
        try:
            visits[address] = made(context, origin, address)
        except Exception as error:  # told by each test, and not met again by each
            visits[address] = error
    found = visits[address]
    if isinstance(found, Exception):
        raise found
    return found


def made(context: BrowserContext, origin: str, address: str) -> Visit:
    """Open a page and use all that is on it: charts, theme, copying, search."""
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: said.append(f"{m.type}: {m.text}"))
    page.on("pageerror", lambda e: said.append(f"error: {e}"))
    page.goto(origin + address)
    found = Visit(origin, list(asked))
    if not is_deck(address):
        use(page, found)
    found.all, found.said = list(asked), list(said)
    found.refused = page.evaluate("emSeen.refused")
    if not is_deck(address):
        found.refused += search(page, submit=address.endswith(("/index.html", "/gsm8k.html")))
        found.said = list(said)
    page.close()
    return found


def use(page: Page, found: Visit) -> None:
    """Touch every chart, switch the theme to and fro, copy a piece of code."""
    figures = page.locator("figure.em-chart").all()
    for figure in figures:
        figure.scroll_into_view_if_needed()
        if figure.get_attribute("data-live") != "never":
            revive(figure)
            found.charts += 1
    # Before anything is unfolded: what opens on demand moves what is below.
    found.shift, found.moved = page.evaluate("[emSeen.shift, emSeen.moved]")
    switch = page.locator(".theme-switch-button:visible")
    if switch.count():
        for _ in range(3):
            switch.first.click()
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    button = page.locator(".copybtn")
    if button.count():
        button.first.hover()
        button.first.click()
        expect(button.first).to_have_class("copybtn o-tooltip--left success")


def search(page: Page, submit: bool) -> list[str]:
    """Ask for the field by keyboard and type; what the policy refused, on the answers' page too."""
    page.keyboard.press("Control+k")
    field = page.locator("form.bd-search input:visible").first
    field.fill("GPT")
    if submit:
        field.press("Enter")
        expect(page.locator("#search-results li").first).to_be_visible()
    return page.evaluate("emSeen.refused")


# Every page and deck


def test_a_page_asks_this_site_for_little(visit: Visit, place: str) -> None:
    elsewhere = [a for a in visit.all if not a.startswith((visit.origin, "data:", "blob:"))]
    assert elsewhere == []
    asked = [a for a in visit.all if a.startswith("http")]
    assert len(asked) <= MOST_REQUESTS
    if not is_deck(place):
        still = [a for a in visit.first if not urlsplit(a).path.endswith(".svg")]
        assert len(still) <= FEW_REQUESTS


def test_a_page_is_light(visit: Visit, place: str) -> None:
    before = [a for a in visit.first if not any(part in a for part in LIVELY)]
    assert visit.bytes(before) <= (STILL if visit.charts or is_deck(place) else PROSE)
    assert visit.bytes([a for a in visit.all if a.startswith("http")]) <= ALIVE


def test_a_page_says_nothing_to_the_console(visit: Visit) -> None:
    assert visit.said == []


def test_nothing_moves_while_a_page_is_read(visit: Visit, place: str) -> None:
    assert is_deck(place) or visit.shift < SHIFT, "\n".join(visit.moved)


def test_the_policy_refuses_nothing_that_is_used(visit: Visit) -> None:
    assert visit.refused == []


def test_the_policy_refuses_what_is_slipped_in(context: BrowserContext, origin: str) -> None:
    page = context.new_page()
    page.goto(f"{origin}{LANGUAGES[0]}/index.html")
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend",
            '<img src="data:," onerror="window.slipped = 1">'
            + '<img src="https://example.org/x.png">');
          const script = document.createElement("script");
          script.textContent = "window.slipped = 2";
          document.body.append(script);
        }"""
    )
    page.wait_for_function("emSeen.refused.length >= 3")
    assert page.evaluate("window.slipped") is None
    refused = " ".join(page.evaluate("emSeen.refused"))
    assert "script-src-elem" in refused
    assert "script-src-attr" in refused
    assert "img-src" in refused
    page.close()


# Every HTML file, whatever it is for


def files(site: Path) -> list[Path]:
    """Every HTML file of the site: pages, decks, the entrance, and whatever else there is."""
    return sorted(site.rglob("*.html"))


def test_every_file_has_a_strict_policy_with_its_own_hashes(site: Path) -> None:
    # The entrance is neither page nor deck.
    assert len(files(site)) > len(built_pages()) + len(built_decks())
    for path in files(site):
        text = path.read_text(encoding="utf-8")
        page = html.fromstring(text)
        head = [*page.find("head")]
        assert head[0].get("charset"), path
        assert head[1].get("http-equiv") == "Content-Security-Policy", path
        rules = dict(rule.strip().split(" ", 1) for rule in head[1].get("content").split(";"))
        inline = page.xpath("//script[not(@src)][not(contains(@type, 'json'))]")
        hashes = [security.hash_of(script.text or "") for script in inline]
        assert rules == {
            "default-src": "'self'",
            "script-src": " ".join(["'self'", *dict.fromkeys(hashes)]),
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data:",
            "font-src": "'self'",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
        }, path


def test_no_file_has_inline_handlers_or_scripts_as_addresses(site: Path) -> None:
    for path in files(site):
        page = html.parse(path)
        assert page.xpath("//@*[starts-with(name(), 'on')]") == [], path
        starting = (
            "starts-with(translate(normalize-space(.), 'JAVSCRIPT', 'javscript'), 'javascript:')"
        )
        assert page.xpath(f"//@*[{starting}]") == [], path


def test_style_sheets_and_scripts_name_files_that_are_there(site: Path) -> None:
    for lang in LANGUAGES:
        static = site / lang / "_static"
        for name in ("pages.css", "pages.js"):
            assert (static / name).is_file()
        # Languages, logos and fonts of the theme that no page uses.
        assert not (static / "locales").exists()
        icons = [path.stat().st_size for path in (static / "vendor").rglob("fa-*.woff2")]
        assert sum(icons) < 10_000


# From a folder


@pytest.fixture(scope="module")
def unpacked(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packed site, unpacked."""
    folder = tmp_path_factory.mktemp("a folder")
    target = folder / "book.zip"
    assert archive.pack(site, target) <= archive.LIMIT
    with zipfile.ZipFile(target) as packed:
        packed.extractall(folder)
    return folder / "book"


def test_no_link_of_the_packed_site_is_dead(unpacked: Path) -> None:
    dead = []
    for path in unpacked.rglob("*.html"):
        page = html.parse(path)
        for link in page.xpath("//@href | //@src | //@srcset | //@data-href"):
            parts = urlsplit(link)
            target = path.parent / unquote(parts.path) if parts.path else path
            if not parts.scheme and not target.is_file():
                dead.append(f"{path.relative_to(unpacked)}: {link}")
    assert dead == []
    assert not [*unpacked.rglob("*.ipynb"), *unpacked.rglob("*.pdf")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_packed_site_is_read_by_double_click(
    browser: Browser, unpacked: Path, lang: str
) -> None:
    home = (unpacked / lang / "index.html").as_uri()
    tag = lang.replace("_", "-")
    with opened(browser, (unpacked / "index.html").as_uri(), locale=tag) as page:
        page.wait_for_url(home)
        page.locator(".next-page, a.right-next").first.click()
        page.wait_for_function("location.pathname.endsWith('.html')")
        assert page.url != home
        page.locator(".em-languages a").first.click()
        page.wait_for_url(lambda url: f"/{lang}/" not in url)
        page.go_back()
        page.keyboard.press("Control+k")
        field = page.locator("form.bd-search input:visible").first
        field.fill("GPT")
        field.press("Enter")
        expect(page.locator("#search-results li a").first).to_be_visible()
        page.locator("#search-results li a").first.click()
        page.wait_for_url(lambda url: "search.html" not in url)
        expect(page.locator("article h1").first).to_be_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_charts_and_decks_of_the_packed_site_live_from_a_folder(
    browser: Browser, unpacked: Path, lang: str
) -> None:
    for kind in ("near", "touch"):
        found = pages_with(f"//figure[@data-live='{kind}']")
        address = next(a for a in found if a.startswith(f"{lang}/"))
        with opened(browser, (unpacked / address).as_uri()) as page:
            revive(page.locator(f"figure[data-live={kind}]").first)
    for deck in [a for a in built_decks() if a.startswith(f"{lang}/")]:
        with opened(browser, (unpacked / deck).as_uri()) as page:
            page.wait_for_load_state("load")
            assert page.locator("section:visible").count()
