"""A browser without eyes: it keeps cookies, sends what browsers send, fills in the forms that are on the page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import httpx
from tests.world import PASSWORD

SITE = "http://testserver"
_VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})


@dataclass
class Form:
    """A form as it stands on the page: what would be sent if nothing was written into it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """What a page holds: its text, its forms, its links; and whether its markup is sound."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.flaws: list[str] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.language = ""
        self.words: list[str] = []
        self._open: list[str] = []
        self._select: tuple[str, bool] | None = None
        self.feed(html)
        self.close()
        self.flaws += [f"<{tag}> is not closed" for tag in self._open]
        self.flaws += [f"id {name} twice" for name in set(self.ids) if self.ids.count(name) > 1]
        self.flaws += [f"no id {name}" for name in self.references if name not in self.ids]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action == action)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._note(tag, given)
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "a":
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given["action"], given.get("method", "get")))
        elif tag == "input" and given.get("type") in ("radio", "checkbox") and "checked" not in given:
            pass  # is sent only where it is ticked
        elif tag == "input" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = (given["name"], False)
        elif tag == "option" and self._select:
            name, chosen = self._select
            if not chosen and ("selected" in given or name not in self.forms[-1].fields):
                self.forms[-1].fields[name] = given.get("value", "")
                self._select = (name, "selected" in given)
        if tag not in _VOID:
            self._open.append(tag)

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        self.references += [name for key in ("aria-labelledby", "aria-describedby") for name in given.get(key, "").split()]
        if tag == "th" and given.get("scope") not in ("col", "row"):
            self.flaws.append("<th> without scope")
        if tag in ("input", "select") and given.get("type") != "hidden" and "label" not in self._open:
            self.flaws.append(f"{tag} {given.get('name')} without label")
        ours = tag == "script" and given.get("src", "").startswith("/static/")
        if (tag in ("script", "style", "iframe") and not ours) or "style" in given or any(name.startswith(("on", "hx-on")) for name in given):
            self.flaws.append(f"<{tag}> is more than the policy allows")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.flaws.append(f"</{tag}> closes {self._open[-1:]}")
        elif tag == "select":
            self._select = None
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


class Browser:
    """Somebody at a screen."""

    def __init__(self, transport: httpx.AsyncBaseTransport, language: str = "en") -> None:
        headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": language}
        self.client = httpx.AsyncClient(transport=transport, base_url=SITE, headers=headers)
        self.address = "/"
        self.response = httpx.Response(0)

    @property
    def page(self) -> Page:
        return Page(self.response.text)

    async def get(self, path: str, **options: object) -> httpx.Response:
        """Opens an address, following where it leads."""
        self.response = await self.client.get(path, follow_redirects=True, **options)
        self.address = self.response.url.path
        return self.response

    async def send(self, action: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        """Sends a form as a browser does; what comes back, not followed."""
        said = {"Origin": SITE, "Sec-Fetch-Site": "same-origin", "Referer": SITE + self.address, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.client.post(action, content=urlencode(fields), headers=said | headers)

    async def submit(self, action: str, **written: str) -> httpx.Response:
        """Fills in a form that is on the page, sends it and follows where it leads."""
        answer = await self.send(action, self.page.form(action).fields | written)
        if answer.is_redirect:
            parts = urlsplit(answer.headers["location"])
            return await self.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        self.response = answer
        return answer

    async def log_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        await self.get("/login")
        return await self.submit("/login", email=email, password=password)
