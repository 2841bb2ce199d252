"""One at a time: who changes a row waits for who is changing it, and loses when that overtook them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from sqlalchemy import update

from app.access import as_system
from app.errors import Conflict
from app.extensions import db
from app.models.base import Compared


def take(row: Compared) -> None:
    """Let one at a time change `row`, in the caller's transaction, and read it anew."""
    model: Any = type(row)
    same = {row.COMPARED[0]: getattr(model, row.COMPARED[0])}
    query = update(model).where(model.id == row.id).values(same)
    with as_system("one at a time changes a row"):
        db.session.execute(query.execution_options(synchronize_session=False))
        db.session.refresh(row)


def refuse_overtaken(row: Compared, data: Mapping[str, Any], sentence: LazyString | str) -> None:
    """Raise Conflict when somebody else changed `row` after the form with these `data` was opened."""
    if data.get("versie") not in (None, "", row.versie):
        raise Conflict(sentence)
