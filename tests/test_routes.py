"""The census of routes: each rule × method is in tests/census.py with who may and when; no other exists."""

import inspect

import pytest
from flask import Flask

from app import create_app
from app.security import PUBLIC
from tests.census import DEMO, ROUTES
from tests.installation import settings_for

# What FAB would bring along: its screens of accounts, its API, its download of any file, its actions.
FAB = ("user", "role", "permission", "register", "resetmypassword", "api", "swagger", "back", "lang", "menu")


def rules(app: Flask) -> set[tuple[str, str, str]]:
    return {
        (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_listed_with_who_may_and_when(app: Flask, proven):
    known = {(route.method, route.rule, route.endpoint) for route in ROUTES}
    assert rules(app) - known == set(), "not in tests/census.py"
    assert known - rules(app) == set(), "only in tests/census.py"
    proven("T1 routes", len(known))


def test_the_demo_adds_its_own_front_door_and_nothing_else(tmp_path):
    settings = settings_for(f"sqlite:///{tmp_path}/demo.sqlite", store=tmp_path)
    plain, demo = rules(create_app(settings)), rules(create_app(settings | {"DEMO": True}))
    assert {(method, rule) for method, rule, _endpoint in demo - plain} == DEMO
    assert plain - demo == set()


@pytest.mark.parametrize("word", FAB)
def test_nobody_finds_a_screen_or_api_of_the_framework(app: Flask, word: str):
    segments = {part for _method, rule, _endpoint in rules(app) for part in rule.strip("/").split("/")}
    assert not [part for part in segments if part.startswith(word)]


def test_nobody_finds_a_download_or_action_of_the_framework(app: Flask):
    assert not [
        rule
        for _method, rule, endpoint in rules(app)
        if endpoint.split(".")[-1] in ("download", "action", "action_post", "delete", "api", "api_read")
    ]


def test_who_is_not_signed_in_gets_only_the_pages_that_the_list_names(app: Flask):
    public = {route.endpoint for route in ROUTES if route.public is not None}
    assert {endpoint for endpoint in PUBLIC if not endpoint.startswith("DemoView")} == public


def test_every_signed_in_route_of_a_noun_asks_for_a_permission_of_its_own(app: Flask):
    """A page that asks nothing is one of these; all others wear @granted."""
    free = {
        "WorklistView",
        "SigninView",
        "AccountView",
        "OwnAccountView",
        "OwnStandInView",
        "KeptTextView",
        "PickView",
        "static",
        "bootstrap",
        "health_page",
    }
    for _method, rule, endpoint in rules(app):
        if endpoint.split(".")[0] not in free:
            asked = inspect.unwrap(app.view_functions[endpoint]) is not app.view_functions[endpoint]
            assert asked or hasattr(app.view_functions[endpoint], "_permission_name"), f"{rule} asks nobody"
