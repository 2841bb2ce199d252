"""The people of an organisation, for its role administrator: inviting somebody adds a membership."""

from typing import Any

from app.access import Person
from app.errors import NotFound
from app.models import Lidmaatschap
from app.models.base import parse_id
from app.services import accounts


def add(data: dict[str, Any], by: Person) -> Lidmaatschap:
    """Invite a person for one role in one organisation; see services.accounts.invite for what it refuses."""
    organisation_id = parse_id(data.get("organisation"))
    if organisation_id is None:
        raise NotFound
    return accounts.invite(
        voornaam=data["first_name"],
        achternaam=data["last_name"],
        email=data["email"],
        organisation_id=organisation_id,
        rol=data["rol"],
        by=by,
    )
