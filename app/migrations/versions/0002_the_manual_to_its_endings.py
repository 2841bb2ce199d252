"""The manual to its endings: agreements, consultation rounds, schools of preference, consent.

Revision: 0002, after 0001, written 2026-11-25.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Kept apart by PostgreSQL per SWV, as in 0001.
OF_ONE_SWV = ("afspraak", "deelname", "overlegronde", "schoolvoorkeur", "toestemming")
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
        "overlegronde",
        sa.Column("begint_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duur", sa.Integer(), nullable=False),
        sa.Column("plaats", sa.String(length=200), nullable=True),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("agenda", sa.Text(), nullable=True),
        sa.Column("gemaakt_door_id", sa.Integer(), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gesloten_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("einde_id", sa.Uuid(), nullable=True),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["einde_id"],
            ["statuswijziging.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gemaakt_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("overlegronde", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overlegronde_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_overlegronde_lijst", ["hulpvraag_id", "begint_op", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_overlegronde_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "schoolvoorkeur",
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column(
            "staat",
            sa.Enum(
                "voorgesteld",
                "benaderd",
                "akkoord",
                "afgewezen",
                "vervallen",
                name="voorkeurstaat",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("voorgesteld_door_id", sa.Integer(), nullable=False),
        sa.Column("voorgesteld_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_ouder", sa.Boolean(), nullable=False),
        sa.Column("benaderd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aangemeld_op", sa.Date(), nullable=True),
        sa.Column("verlengd", sa.Boolean(), nullable=False),
        sa.Column("beantwoord_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beantwoord_door_id", sa.Integer(), nullable=True),
        sa.Column("reden", sa.Text(), nullable=True),
        sa.Column("zorgplicht", sa.Boolean(), nullable=True),
        sa.Column(
            "zorgplicht_reden",
            sa.Enum("eerste", "gekozen", name="zorgplichtreden", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("einde_id", sa.Uuid(), nullable=True),
        sa.Column("herinnerd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["beantwoord_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["einde_id"],
            ["statuswijziging.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["school_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["voorgesteld_door_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("schoolvoorkeur", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_schoolvoorkeur_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_schoolvoorkeur_lijst", ["hulpvraag_id", "rang", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_schoolvoorkeur_school_id"), ["school_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_schoolvoorkeur_swv_id"), ["swv_id"], unique=False)
        batch_op.create_index(
            "uq_schoolvoorkeur_school",
            ["hulpvraag_id", "school_id"],
            unique=True,
            sqlite_where=sa.text("staat <> 'vervallen'"),
            postgresql_where=sa.text("staat <> 'vervallen'"),
        )

    op.create_table(
        "toestemming",
        sa.Column("gezagsdrager_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "doel", sa.Enum("school_van_voorkeur", name="doel", native_enum=False, length=40), nullable=False
        ),
        sa.Column("tekst", sa.Text(), nullable=False),
        sa.Column("gevraagd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gevraagd_door_id", sa.Integer(), nullable=False),
        sa.Column("gegeven_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gegeven_door_id", sa.Integer(), nullable=True),
        sa.Column("getekend_op", sa.Date(), nullable=True),
        sa.Column("bijlage_id", sa.Uuid(), nullable=True),
        sa.Column("ingetrokken_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ingetrokken_door_id", sa.Integer(), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bijlage_id"],
            ["bijlage.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gegeven_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gevraagd_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gezagsdrager_id"],
            ["gezagsdrager.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["ingetrokken_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("toestemming", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_toestemming_gezagsdrager_id"), ["gezagsdrager_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_toestemming_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index(
            "ix_toestemming_partij", ["hulpvraag_id", "organisation_id", "gezagsdrager_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_toestemming_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "afspraak",
        sa.Column("wat", sa.Text(), nullable=False),
        sa.Column("voor_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("voor_gebruiker_id", sa.Integer(), nullable=True),
        sa.Column("uiterlijk", sa.Date(), nullable=False),
        sa.Column(
            "zichtbaarheid",
            sa.Enum("intern", "gedeeld", name="zichtbaarheid", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("overlegronde_id", sa.Uuid(), nullable=True),
        sa.Column("gemaakt_door_id", sa.Integer(), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gedaan_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gedaan_door_id", sa.Integer(), nullable=True),
        sa.Column("herinnerd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gedaan_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gemaakt_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["overlegronde_id"],
            ["overlegronde.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["voor_gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["voor_organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("afspraak", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_afspraak_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_afspraak_lijst", ["hulpvraag_id", "uiterlijk", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_afspraak_swv_id"), ["swv_id"], unique=False)
        batch_op.create_index("ix_afspraak_termijn", ["gedaan_op", "uiterlijk"], unique=False)

    op.create_table(
        "deelname",
        sa.Column("overlegronde_id", sa.Uuid(), nullable=False),
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("namens_id", sa.Uuid(), nullable=True),
        sa.Column("gezagsdrager_id", sa.Uuid(), nullable=True),
        sa.Column("uitgenodigd_door_id", sa.Integer(), nullable=False),
        sa.Column("uitgenodigd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "antwoord",
            sa.Enum("aanwezig", "afwezig", "voorstel", name="antwoord", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("voorstel", sa.String(length=500), nullable=True),
        sa.Column("beantwoord_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "opening",
            sa.Enum("niet", "nu", "moment", "na_overleg", name="opening", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("open_vanaf", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verwijderd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["gezagsdrager_id"],
            ["gezagsdrager.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["namens_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(["overlegronde_id"], ["overlegronde.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["uitgenodigd_door_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("deelname", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deelname_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_deelname_persoon", ["gebruiker_id", "overlegronde_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deelname_swv_id"), ["swv_id"], unique=False)
        batch_op.create_index(
            "uq_deelname_persoon",
            ["overlegronde_id", "gebruiker_id"],
            unique=True,
            sqlite_where=sa.text("verwijderd_op IS NULL"),
            postgresql_where=sa.text("verwijderd_op IS NULL"),
        )

    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overlegronde_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_bericht_overlegronde_id", "overlegronde", ["overlegronde_id"], ["id"])

    with op.batch_alter_table("betrokkenheid", schema=None) as batch_op:
        batch_op.add_column(sa.Column("namens_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("begin_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("einde_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_betrokkenheid_einde_id", "statuswijziging", ["einde_id"], ["id"])
        batch_op.create_foreign_key("fk_betrokkenheid_begin_id", "statuswijziging", ["begin_id"], ["id"])
        batch_op.create_foreign_key("fk_betrokkenheid_namens_id", "organisation", ["namens_id"], ["id"])

    with op.batch_alter_table("notitie", schema=None) as batch_op:
        batch_op.add_column(sa.Column("voor_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key("fk_notitie_voor_id", "organisation", ["voor_id"], ["id"])

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("toestemming_van_beiden", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("school_leest_dagen", sa.Integer(), server_default="90", nullable=False)
        )

    with op.batch_alter_table("statuswijziging", schema=None) as batch_op:
        batch_op.add_column(sa.Column("school_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("vanaf", sa.Date(), nullable=True))
        batch_op.create_foreign_key("fk_statuswijziging_school_id", "organisation", ["school_id"], ["id"])

    _isolate_swvs()


def downgrade() -> None:
    with op.batch_alter_table("statuswijziging", schema=None) as batch_op:
        batch_op.drop_column("vanaf")
        batch_op.drop_column("school_id")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("school_leest_dagen")
        batch_op.drop_column("toestemming_van_beiden")

    with op.batch_alter_table("notitie", schema=None) as batch_op:
        batch_op.drop_column("voor_id")

    with op.batch_alter_table("betrokkenheid", schema=None) as batch_op:
        batch_op.drop_column("einde_id")
        batch_op.drop_column("begin_id")
        batch_op.drop_column("namens_id")

    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.drop_column("overlegronde_id")

    with op.batch_alter_table("deelname", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deelname_persoon",
            sqlite_where=sa.text("verwijderd_op IS NULL"),
            postgresql_where=sa.text("verwijderd_op IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_deelname_swv_id"))
        batch_op.drop_index("ix_deelname_persoon")
        batch_op.drop_index(batch_op.f("ix_deelname_hulpvraag_id"))

    op.drop_table("deelname")
    with op.batch_alter_table("afspraak", schema=None) as batch_op:
        batch_op.drop_index("ix_afspraak_termijn")
        batch_op.drop_index(batch_op.f("ix_afspraak_swv_id"))
        batch_op.drop_index("ix_afspraak_lijst")
        batch_op.drop_index(batch_op.f("ix_afspraak_hulpvraag_id"))

    op.drop_table("afspraak")
    with op.batch_alter_table("toestemming", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_toestemming_swv_id"))
        batch_op.drop_index("ix_toestemming_partij")
        batch_op.drop_index(batch_op.f("ix_toestemming_hulpvraag_id"))
        batch_op.drop_index(batch_op.f("ix_toestemming_gezagsdrager_id"))

    op.drop_table("toestemming")
    with op.batch_alter_table("schoolvoorkeur", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_schoolvoorkeur_school",
            sqlite_where=sa.text("staat <> 'vervallen'"),
            postgresql_where=sa.text("staat <> 'vervallen'"),
        )
        batch_op.drop_index(batch_op.f("ix_schoolvoorkeur_swv_id"))
        batch_op.drop_index(batch_op.f("ix_schoolvoorkeur_school_id"))
        batch_op.drop_index("ix_schoolvoorkeur_lijst")
        batch_op.drop_index(batch_op.f("ix_schoolvoorkeur_hulpvraag_id"))

    op.drop_table("schoolvoorkeur")
    with op.batch_alter_table("overlegronde", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_overlegronde_swv_id"))
        batch_op.drop_index("ix_overlegronde_lijst")
        batch_op.drop_index(batch_op.f("ix_overlegronde_hulpvraag_id"))

    op.drop_table("overlegronde")
