"""The headers of every answer: all pages and all routes, for every role and for who is not signed in."""

import re

from werkzeug.test import TestResponse

from tests.census import LEAVING, NOTHING, ROUTES, Route
from tests.world import GONE, PEOPLE, World

PRESENT = ["", *(key for key in PEOPLE if key not in GONE)]
ROLES = ("", "contact", "specialist", "voorschool", "school", "ouder", "collega", "platform", "privacy")
STATIC = ("/static/", "/bootstrap/")
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
CLOSED = {"base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'"}


def problems(path: str, answer: TestResponse) -> list[str]:
    headers = answer.headers
    found = [
        f"{name}: {headers.getlist(name)}"
        for name, value in WANTED.items()
        if headers.getlist(name) != [value]
    ]
    if headers.get("Referrer-Policy") not in ("no-referrer", "same-origin"):
        found.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    for name in ("camera", "geolocation", "microphone"):
        if f"{name}=()" not in headers.get("Permissions-Policy", ""):
            found.append(f"Permissions-Policy lacks {name}")
    if not path.startswith(STATIC) and headers.get("Cache-Control") != "no-store":
        found.append(f"Cache-Control: {headers.get('Cache-Control')}")
    for name in ("Server", "X-Powered-By"):
        if re.search(r"\d", headers.get(name, "")):
            found.append(f"{name} tells a version")
    found += _policy(headers.getlist("Content-Security-Policy"), answer)
    found += _cookies(headers.getlist("Set-Cookie"))
    return [f"{path} ({answer.status_code}): {problem}" for problem in found]


def _policy(policies: list[str], answer: TestResponse) -> list[str]:
    if len(policies) != 1:
        return [f"{len(policies)} policies"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policies[0].split(";"))
    if "sandbox" in rules:  # a document: it may do nothing at all
        return [] if rules.get("default-src") == "'none'" else ["a document that may load something"]
    found = [f"unsafe: {policies[0]}"] if re.search(r"unsafe-|\*|https?:|data:|blob:", policies[0]) else []
    fallback = rules.get("default-src")
    found += [
        f"{name}: {rules.get(name)}"
        for name, value in CLOSED.items()
        if rules.get(name, fallback if name.endswith("-src") else None) != value
    ]
    if rules.get("form-action") != "'self'":
        found.append(f"form-action: {rules.get('form-action')}")
    nonce = re.fullmatch(r"'nonce-([\w-]{16,})'", rules.get("script-src", ""))
    if not nonce:
        return [*found, f"script-src: {rules.get('script-src')}"]
    if answer.mimetype == "text/html":
        found += _page(answer.get_data(as_text=True), nonce[1])
    return found


def _page(text: str, nonce: str) -> list[str]:
    """Every script wears this answer's nonce, and nothing in the page needs more than the policy gives."""
    found = [tag for tag in re.findall(r"<script\b[^>]*>", text) if f'nonce="{nonce}"' not in tag]
    found += re.findall(r"<style\b|\sstyle=\"|\son[a-z]+=\"|javascript:", text)
    found += re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', text)
    found += re.findall(r"<(?:iframe|object|embed|base)\b", text)
    return found


def _cookies(cookies: list[str]) -> list[str]:
    return [
        f"cookie {cookie.partition('=')[0]} without {flag}"
        for cookie in cookies
        for flag in ("HttpOnly", "SameSite=Lax", "Path=/")
        if flag not in cookie
    ]


def test_every_answer_of_every_route_carries_the_strict_headers(world: World, lane, proven):
    """In the gate lane one person a role, in the proof lane everybody."""
    people = PRESENT if lane.name == "proof" else ROLES
    wrong, count, chance = [], 0, lane.random("W1")
    for key in people:
        browser, addresses = world.browser(key), _addresses(world, key)
        for route, path in chance.sample(addresses, lane.cases(gate=28, proof=len(addresses))):
            methods = [route.method, *(("HEAD", "OPTIONS", "DELETE") if key == "specialist" else ())]
            for method in methods:  # a POST without its token: the refusal is an answer too
                answer = browser.client.open(path, method=method)
                wrong += problems(path, answer)
                answer.close()
                count += 1
    assert not wrong, f"{len(wrong)}\n" + "\n".join(dict.fromkeys(wrong[:40]))
    proven("W1 answers", count)


def _addresses(world: World, key: str) -> list[tuple[Route, str]]:
    """Each route once, on a row that is in this person's reach when there is one."""
    made = []
    who = world.who.get(key)
    for route in ROUTES:
        if route.endpoint in LEAVING:
            continue
        things = world.of(route.of) if route.of else [NOTHING]
        thing = next((thing for thing in things if who and route.answer(who, thing) < 400), things[0])
        made.append((route, route.path(thing, world.keys.get(thing.id, ""))))
    return made


def test_following_every_link_from_the_first_page_the_headers_stay(world: World, lane, proven):
    """A walk as a browser makes it, so that no page is forgotten that no table names."""
    limit, count = lane.cases(gate=11, proof=1_000), 0
    for key in ROLES[1:]:
        browser, waiting, seen = world.browser(key), ["/"], set()
        while waiting and len(seen) < limit:
            path = waiting.pop(0)
            if path in seen:
                continue
            seen.add(path)
            answer = browser.get(path)
            assert problems(path, answer) == []
            answer.close()
            assert answer.status_code in (200, 302, 404), path
            if answer.mimetype == "text/html":
                links = re.findall(r'href="(/[^"#]*)"', answer.get_data(as_text=True))
                waiting += [link.replace("&amp;", "&") for link in links]
            assert answer.status_code != 404, f"{key} is led to {path}, which is not there"
        count += len(seen)
    proven("W1 pages walked", count)


def test_over_https_the_cookies_and_the_promise_to_stay_secure_are_there(settings, tmp_path):
    from app import create_app

    portal = create_app(settings | {"COOKIE_SECURE": True})
    client = portal.test_client()
    answer = client.get("/login", base_url="https://localhost")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "Secure" in cookie
