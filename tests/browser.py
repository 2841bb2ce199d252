"""A real Chromium, driven by Playwright."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

# Chromium calls home without these; the last four keep its window from waiting for anything but our pages.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
AS_DUTCH = {"locale": "nl-NL", "timezone_id": "Europe/Amsterdam"}


def find_chromium() -> str:
    """Give Chromium's path; without it skip and say how to get it, or fail where a skip hides a hole (CI).

    The build without windows first: nobody looks at them, and the tests take a quarter less.
    """
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    hint = "Chromium is not installed (Debian: apt-get install chromium-headless-shell, or chromium)"
    if os.environ.get("CI") == "true":
        pytest.fail(hint)
    pytest.skip(hint)


def is_upload(request: Request, naam: str = "") -> bool:
    """Tell whether this sends a document whose name begins so."""
    return f"''{naam}" in request.headers.get("content-disposition", "")


def at_upload(page: Page, naam: str, then: Callable[[Route], object]) -> None:
    """Do `then` with each request that sends a document whose name begins so."""
    page.route("**/*", lambda route: then(route) if is_upload(route.request, naam) else route.fallback())


def violations(page: Page) -> list[dict]:
    """Have axe look at a page once it is whole: after a click it may still be without a single element."""
    page.wait_for_load_state()
    found: list[dict] = Axe().run(page).response["violations"]
    return found


def open_chromium() -> Iterator[Browser]:
    """Open Chromium for the length of a session."""
    path = find_chromium()
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()
