"""Rights per organisation, accounts that are run for years, lists that are imported.

Revision: 0003, after 0002, written 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Kept apart by PostgreSQL per SWV, as in 0001.
OF_ONE_SWV = ("invoer", "toegangscontrole")
OWN = "(SELECT current_setting('kindbrug.swv', true)) IN ('*', swv_id::text)"


def _isolate_swvs() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OF_ONE_SWV:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_of_one_swv ON {table} USING ({OWN}) WITH CHECK ({OWN})")


def upgrade() -> None:
    op.create_table(
        "invoer",
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("bestandsnaam", sa.String(length=200), nullable=False),
        sa.Column("aantal", sa.Integer(), nullable=False),
        sa.Column("regels", sa.Text(), nullable=True),
        sa.Column("uitgevoerd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("invoer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoer_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "rechtafwijking",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rol",
            sa.Enum(
                "contactpersoon_jk",
                "jk_specialist",
                "contactpersoon_voorschool",
                "contactpersoon_school",
                "ouder",
                "deelnemer",
                "rolbeheerder",
                "privacyfunctionaris",
                "platformbeheerder",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recht", sa.String(length=60), nullable=False),
        sa.Column("mag", sa.Boolean(), nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("rechtafwijking", schema=None) as batch_op:
        batch_op.create_index("uq_rechtafwijking", ["organisation_id", "rol", "recht"], unique=True)

    op.create_table(
        "toegangscontrole",
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("lidmaatschappen", sa.Integer(), nullable=False),
        sa.Column("aandacht", sa.Integer(), nullable=False),
        sa.Column("opmerking", sa.Text(), nullable=True),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("toegangscontrole", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_toegangscontrole_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "waarneming",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("waarnemer_id", sa.Integer(), nullable=False),
        sa.Column("van", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["waarnemer_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("waarneming", schema=None) as batch_op:
        batch_op.create_index("ix_waarneming_persoon", ["organisation_id", "gebruiker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waarneming_waarnemer_id"), ["waarnemer_id"], unique=False)

    with op.batch_alter_table("gebeurtenis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("oud", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("nieuw", sa.String(length=40), nullable=True))

    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.add_column(sa.Column("aantal", sa.Integer(), nullable=True))

    with op.batch_alter_table("lidmaatschap", schema=None) as batch_op:
        batch_op.add_column(sa.Column("geschorst_op", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("locatie", sa.String(length=120), nullable=True))

    with op.batch_alter_table("sessie", schema=None) as batch_op:
        batch_op.drop_index("ix_sessie_gebruiker_id")
        batch_op.create_index("ix_sessie_aanmelding", ["gebruiker_id", "swv_id", "begonnen_op"], unique=False)
    _isolate_swvs()


def downgrade() -> None:
    with op.batch_alter_table("sessie", schema=None) as batch_op:
        batch_op.drop_index("ix_sessie_aanmelding")
        batch_op.create_index("ix_sessie_gebruiker_id", ["gebruiker_id"], unique=False)

    with op.batch_alter_table("lidmaatschap", schema=None) as batch_op:
        batch_op.drop_column("locatie")
        batch_op.drop_column("geschorst_op")

    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.drop_column("aantal")

    with op.batch_alter_table("gebeurtenis", schema=None) as batch_op:
        batch_op.drop_column("nieuw")
        batch_op.drop_column("oud")

    with op.batch_alter_table("waarneming", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waarneming_waarnemer_id"))
        batch_op.drop_index("ix_waarneming_persoon")

    op.drop_table("waarneming")
    with op.batch_alter_table("toegangscontrole", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_toegangscontrole_swv_id"))

    op.drop_table("toegangscontrole")
    with op.batch_alter_table("rechtafwijking", schema=None) as batch_op:
        batch_op.drop_index("uq_rechtafwijking")

    op.drop_table("rechtafwijking")
    with op.batch_alter_table("invoer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invoer_swv_id"))

    op.drop_table("invoer")
