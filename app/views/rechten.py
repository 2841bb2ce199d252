"""The rights of an organisation's roles: the matrix, what one role may in sentences, two side by side."""

from typing import Any

from babel.lists import format_list
from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app import access
from app.access import Person
from app.errors import BadInput, Conflict, NotFound
from app.models import Organisation
from app.models.base import parse_id
from app.services import rechten, rechten_matrix
from app.services.rechten_matrix import Matrix
from app.services.wording import moment
from app.terms import Noun, Role
from app.views.base import Page, granted


class RechtenView(BaseView):
    """What roles may, per organisation. `change` keeps what was chosen when it can't be saved."""

    route_base = "/rechten"
    default_view = "own"
    class_permission_name = noun = Noun.RECHT.value

    @expose("/")
    @granted("show")
    def own(self) -> Page:
        """Go to the organisation that one works for."""
        return redirect(url_for("RechtenView.change", pk=access.reader().organisation_id))

    @expose("/<pk>", methods=["GET", "POST"])
    @granted("show")
    def change(self, pk: str) -> Page:
        """Show the matrix, or save what was chosen in it."""
        organisation, by = _find(pk)
        form, chosen, status, conflict = FlaskForm(), None, 200, ""
        if request.method == "POST":
            chosen, status = set(request.form.getlist("recht")), 422
            if form.validate():
                try:
                    count = rechten.change(organisation, chosen, request.form.get("gezien", ""), by)
                except BadInput as wrong:
                    form.form_errors.append(str(wrong.sentence))
                except Conflict as lost:
                    conflict, status = str(lost.sentence), lost.status
                else:
                    flash(_saved(count), "success")
                    return redirect(url_for("RechtenView.change", pk=pk))
        rechten.read(organisation)
        shown = rechten_matrix.matrix(organisation, by)
        page = _page(shown, by) | {"form": form, "chosen": chosen, "conflict": conflict}
        return self.render_template("rechten.html", **page), status

    @expose("/<pk>/herstellen", methods=["GET", "POST"])
    @granted("edit")
    def reset(self, pk: str) -> Page:
        """Ask, and let every right be as it was at first."""
        organisation, by = _find(pk)
        if not access.rights_to_set(by, organisation):
            raise NotFound
        back = url_for("RechtenView.change", pk=pk)
        if request.method == "POST":
            flash(_saved(rechten.reset(organisation, request.form.get("gezien", ""), by)), "success")
            return redirect(back)
        rechten.read(organisation)
        shown = rechten_matrix.matrix(organisation, by)
        changed = [
            (line.words, cell) for line in shown.lines for cell in line.cells if cell.differs and cell.open
        ]
        return self.render_template(
            "confirm.html",
            title=_("Back to the default rights"),
            sub=organisation.naam,
            sentence=_("Do you want to give all roles of this organisation their default rights again?"),
            consequences=[
                _("%(role)s gets this right again: %(right)s", role=cell.role.label, right=words)
                if cell.by_default
                else _("%(role)s loses this right: %(right)s", role=cell.role.label, right=words)
                for words, cell in changed
            ]
            or [_("Nothing differs from the default now.")],
            hidden=[("gezien", shown.seen)],
            submit_label=_("Give the default rights"),
            cancel_url=back,
            crumbs=[*_crumbs(organisation), (_("Back to the default rights"), None)],
        )

    @expose("/<pk>/rol/<rol>")
    @granted("show")
    def role(self, pk: str, rol: str) -> Page:
        """Say in plain sentences what a role may in this organisation, and what not."""
        organisation, by = _find(pk)
        role = rechten.role_of(organisation, rol)
        rechten.read(organisation)
        shown = rechten_matrix.matrix(organisation, by)
        return self.render_template(
            "rechten_rol.html",
            title=_("What may this role: %(role)s", role=role.label),
            sub=organisation.naam,
            groups=_sentences(shown, role),
            chips=_chips(shown, role),
            look_url=url_for("BekijkenView.begin", pk=pk, rol=rol),
            opens_dossiers=rechten.opens_dossiers(role),
            crumbs=[*_crumbs(organisation), (str(role.label), None)],
            compare_url=url_for("RechtenView.compare", pk=pk, een=rol),
        )

    @expose("/<pk>/vergelijken")
    @granted("show")
    def compare(self, pk: str) -> Page:
        """Lay two roles of this organisation side by side."""
        organisation, by = _find(pk)
        shown = rechten_matrix.matrix(organisation, by)
        rechten.read(organisation)
        first, second = _two(shown)
        lines = [
            (group.heading, line.words, line.of(first).works, line.of(second).works)
            for group in shown.groups
            for line in group.lines
        ]
        return self.render_template(
            "rechten_vergelijken.html",
            title=_("Compare two roles"),
            sub=organisation.naam,
            roles=shown.roles,
            first=first,
            second=second,
            different=[line for line in lines if line[2] != line[3]],
            same=[line for line in lines if line[2] and line[3]],
            crumbs=[*_crumbs(organisation), (_("Compare two roles"), None)],
        )


def _find(pk: str) -> tuple[Organisation, Person]:
    by = access.reader()
    return rechten.find(parse_id(pk), by), by


def _page(shown: Matrix, by: Person) -> dict[str, Any]:
    organisation, pk = shown.organisation, shown.organisation.id
    last = shown.changes[0] if shown.changes else None
    differ = sum(cell.differs for cell in shown.cells)
    buttons = [{"label": _("Compare two roles"), "url": url_for("RechtenView.compare", pk=pk)}]
    if differ:
        buttons.append({"label": _("Back to the default rights"), "url": url_for("RechtenView.reset", pk=pk)})
    who_last = {"who": last.door.naam, "when": moment(last.op)} if last else {}
    return {
        "title": _("Rights"),
        "sub": organisation.naam,
        "matrix": shown,
        "role_urls": {role: url_for("RechtenView.role", pk=pk, rol=role) for role in shown.roles},
        "own": _own(shown),
        "changeable": any(cell.open for cell in shown.cells),
        "last": _("Changed last by %(who)s, %(when)s.", **who_last) if last else "",
        "buttons": buttons,
        "others": _others(by) if pk == by.organisation_id == by.swv_id else [],
        "crumbs": [*_crumbs(organisation)[:-1], (_("Rights"), None)],
    }


def _own(shown: Matrix) -> str:
    if not shown.own:
        return ""
    roles = format_list([str(role.label) for role in shown.roles if role in shown.own], locale=get_locale())
    return _("What you may yourself, you do not change: %(roles)s.", roles=roles)


def _others(by: Person) -> list[dict[str, Any]]:
    return [
        {
            "label": organisation.naam,
            "url": url_for("RechtenView.change", pk=organisation.id),
            "number": ngettext("%(num)s right differs", "%(num)s rights differ", number),
        }
        for organisation, number in rechten.changed_places(by)
    ]


def _sentences(shown: Matrix, role: Role) -> list[dict[str, Any]]:
    return [
        {
            "heading": group.heading,
            "may": [(line.words, line.of(role).differs) for line in group.lines if line.of(role).works],
            "may_not": [(line.words, line.of(role)) for line in group.lines if not line.of(role).works],
        }
        for group in shown.groups
    ]


def _chips(shown: Matrix, current: Role) -> list[dict[str, Any]]:
    pk = shown.organisation.id
    return [
        {"label": role.label, "url": url_for("RechtenView.role", pk=pk, rol=role), "current": role is current}
        for role in shown.roles
    ]


def _two(shown: Matrix) -> tuple[Role, Role]:
    def chosen(name: str, otherwise: int) -> Role:
        asked = request.args.get(name)
        found = [role for role in shown.roles if role == asked]
        return found[0] if found else shown.roles[min(otherwise, len(shown.roles) - 1)]

    first = chosen("een", 0)
    return first, chosen("twee", 1 if first is shown.roles[0] else 0)


def _crumbs(organisation: Organisation) -> list[tuple[str, str | None]]:
    return [
        (_("Organisations"), url_for("OrganisationView.list")),
        (organisation.naam, url_for("OrganisationView.show", pk=organisation.id)),
        (_("Rights"), url_for("RechtenView.change", pk=organisation.id)),
    ]


def _saved(count: int) -> str:
    if not count:
        return _("Nothing was changed: the rights are as they were.")
    return ngettext(
        "%(num)s right was changed. It is in force from everybody's next click.",
        "%(num)s rights were changed. They are in force from everybody's next click.",
        count,
    )
