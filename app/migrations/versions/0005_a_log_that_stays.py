"""A log that stays: events get a growing number, nobody changes or removes one, and seals prove it

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEPT = (
    "op", "actie", "gelukt", "swv_id", "gebruiker_id", "organisation_id", "rollen", "hulpvraag_id", "noun",
    "object_id", "grond", "oud", "nieuw", "pagina", "adres",
)  # fmt: skip
ONLY_ADDED = ("gebeurtenis", "zegel")
OWN = "(SELECT current_setting('kindbrug.swv', true)) IN ('*', swv_id::text)"
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _columns() -> list[sa.Column]:
    return [
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actie", sa.String(length=40), nullable=False),
        sa.Column("gelukt", sa.Boolean(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=True),
        sa.Column("gebruiker_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("rollen", sa.String(length=200), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=True),
        sa.Column("noun", sa.String(length=40), nullable=True),
        sa.Column("object_id", sa.String(length=40), nullable=True),
        sa.Column("grond", sa.String(length=40), nullable=True),
        sa.Column("oud", sa.String(length=40), nullable=True),
        sa.Column("nieuw", sa.String(length=40), nullable=True),
        sa.Column("pagina", sa.String(length=80), nullable=True),
        sa.Column("adres", sa.String(length=45), nullable=True),
    ]


def _isolate(table: str) -> None:
    if _on_postgresql():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_one_swv ON {table} USING ({OWN}) WITH CHECK ({OWN})")


def _only_added(table: str) -> None:
    """Refuse every change and removal, to the owner of the table as well."""
    sentence = f"rows of {table} are only added"
    if _on_postgresql():
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
        )


def _numbered() -> None:
    """Refuse a number that the database did not give out, and a seal that is not the next of its chain.

    On SQLite they stop INSERT OR REPLACE too, which removes a row without a DELETE.
    """
    if _on_postgresql():
        # With its schema: whoever may make a temporary sequence could put one in front.
        op.execute(
            "CREATE FUNCTION numbered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.volgnummer <> currval(format('%I.gebeurtenis_volgnummer_seq', TG_TABLE_SCHEMA)::regclass) "
            "THEN RAISE EXCEPTION 'rows of gebeurtenis get their number from the database'; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            "CREATE FUNCTION next_in_chain() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE last bigint; BEGIN "
            "EXECUTE format('SELECT max(nummer) FROM %I.zegel WHERE swv_id = $1', TG_TABLE_SCHEMA) "
            "INTO last USING NEW.swv_id; IF NEW.nummer <> 1 + coalesce(last, 0) "
            "THEN RAISE unique_violation USING MESSAGE = 'a row of zegel follows the last of its chain'; "
            "END IF; RETURN NEW; END $$"
        )
        for table, function in (("gebeurtenis", "numbered"), ("zegel", "next_in_chain")):
            op.execute(
                f"CREATE TRIGGER {table}_numbered BEFORE INSERT ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
        return
    op.execute(
        "CREATE TRIGGER gebeurtenis_numbered AFTER INSERT ON gebeurtenis WHEN NEW.volgnummer <> 1 + max("
        "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'gebeurtenis'), 0), "
        "coalesce((SELECT max(volgnummer) FROM gebeurtenis WHERE volgnummer < NEW.volgnummer), 0)) "
        "BEGIN SELECT RAISE(ABORT, 'rows of gebeurtenis get their number from the database'); END"
    )
    op.execute(
        "CREATE TRIGGER zegel_numbered BEFORE INSERT ON zegel WHEN NEW.nummer <> 1 + "
        "coalesce((SELECT max(nummer) FROM zegel WHERE swv_id = NEW.swv_id), 0) "
        "BEGIN SELECT RAISE(ABORT, 'a row of zegel follows the last of its chain'); END"
    )


def _replace(first: sa.Column, *more: sa.Column, constraint: str, old: str, new: str) -> None:
    """Put every event in a table with another key, in the order in which they happened."""
    if _on_postgresql():  # row-level security would hide every row, and nothing would be copied
        op.execute("SELECT set_config('kindbrug.swv', '*', true)")
    op.create_table(
        "gebeurtenis_nieuw",
        first,
        *_columns(),
        *more,
        sa.PrimaryKeyConstraint(first.name, name=constraint),
        sqlite_autoincrement=first.name == "volgnummer",
    )
    names = ", ".join(KEPT)
    op.execute(
        f"INSERT INTO gebeurtenis_nieuw ({new}{names}) SELECT {old}{names} FROM gebeurtenis ORDER BY op"  # noqa: S608 - the names stand above
    )
    op.drop_table("gebeurtenis")
    op.rename_table("gebeurtenis_nieuw", "gebeurtenis")
    if _on_postgresql():
        op.execute("SELECT set_config('kindbrug.swv', '', true)")


def upgrade() -> None:
    toegang = sa.Column("toegang", sa.String(length=80), nullable=True)
    number = sa.Column("volgnummer", NUMBER, nullable=False, autoincrement=True)
    _replace(number, toegang, constraint="pk_gebeurtenis", old="", new="")
    indexed = {"actie": "actie", "dossier": "hulpvraag_id", "persoon": "gebruiker_id", "object": "object_id"}
    for name, column in indexed.items():
        op.create_index(f"ix_gebeurtenis_{name}", "gebeurtenis", ["swv_id", column, "op"])
    op.create_index("ix_gebeurtenis_persoon_actie", "gebeurtenis", ["swv_id", "gebruiker_id", "actie", "op"])
    op.create_index("ix_gebeurtenis_swv", "gebeurtenis", ["swv_id", "op"])
    op.create_table(
        "zegel",
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("nummer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("van", sa.BigInteger(), nullable=False),
        sa.Column("tot", sa.BigInteger(), nullable=False),
        sa.Column("nummers", sa.Text(), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("vorige", sa.String(length=64), nullable=False),
        sa.Column("hmac", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("swv_id", "nummer"),
        sqlite_with_rowid=False,  # a second key, by which INSERT OR REPLACE could remove one
    )
    op.create_index("ix_zegel_op", "zegel", ["op"])
    op.create_index("ix_zegel_tot", "zegel", ["tot"])
    if _on_postgresql():
        op.execute("ALTER SEQUENCE gebeurtenis_nieuw_volgnummer_seq RENAME TO gebeurtenis_volgnummer_seq")
        op.execute(
            "CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME; END $$"
        )
    for table in ONLY_ADDED:
        _isolate(table)
        _only_added(table)
    _numbered()


def downgrade() -> None:
    op.drop_table("zegel")
    random = "gen_random_uuid(), " if _on_postgresql() else "lower(hex(randomblob(16))), "
    key = sa.Column("id", sa.Uuid(), nullable=False)
    _replace(key, constraint="pk_gebeurtenis_id", old=random, new="id, ")
    op.create_index("ix_gebeurtenis_dossier", "gebeurtenis", ["swv_id", "hulpvraag_id", "op"])
    op.create_index("ix_gebeurtenis_persoon", "gebeurtenis", ["swv_id", "gebruiker_id", "op"])
    _isolate("gebeurtenis")
    if _on_postgresql():
        for function in ("only_added", "numbered", "next_in_chain"):
            op.execute(f"DROP FUNCTION {function}()")
