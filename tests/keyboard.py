"""Somebody without a mouse: goes with Tab to what shows, and sees where they are."""

from playwright.sync_api import Locator, Page, expect

MOST = 60  # presses of Tab to get anywhere


def tab_to(page: Page, goal: Locator, most: int = MOST) -> None:
    """Press Tab until `goal` has the focus, and see that it shows."""
    expect(goal).to_be_visible()
    for _press in range(most):
        if goal.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(goal).to_be_focused()
    shown = """element => [element, element.closest('.choice')].some(it => it &&
        (getComputedStyle(it).outlineStyle !== 'none' || getComputedStyle(it).boxShadow !== 'none'))"""
    assert goal.evaluate(shown), "the focus does not show"


def press(page: Page, goal: Locator, key: str = "Enter") -> None:
    """Go to `goal` and press a key on it."""
    tab_to(page, goal)
    page.keyboard.press(key)


def choose_files(page: Page, goal: Locator, *files: dict) -> None:
    """Open the window of the system on `goal`, and choose files in it.

    The page must hear of choosers from its beginning: see `hears_of_choosers`.
    """
    tab_to(page, goal)
    with page.expect_file_chooser() as picking:
        page.keyboard.press("Enter")
    picking.value.set_files(list(files))


def hears_of_choosers(page: Page) -> None:
    """Tell Chromium in time to wait for a chooser of files."""
    page.on("filechooser", lambda _chooser: None)
