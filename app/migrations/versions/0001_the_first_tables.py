"""The first tables

Revision: 0001, written 2026-11-23 22:23:03.572575+00:00.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Rows of one SWV: PostgreSQL keeps them apart, below the gate in app/access. The portal sets `kindbrug.swv` per
# transaction; `*` is the portal itself, anything else sees only that SWV.
OF_ONE_SWV = (
    "bericht", "betrokkenheid", "bijlage", "gebeurtenis", "gezagsdrager", "hulpvraag", "kind", "notitie",
    "statuswijziging",
)  # fmt: skip
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
        "aanmeldpoging",
        sa.Column("sleutel", sa.String(length=64), nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("aanmeldpoging", schema=None) as batch_op:
        batch_op.create_index("ix_aanmeldpoging_budget", ["sleutel", "op"], unique=False)

    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_fk"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["created_by_fk"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "gebeurtenis",
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actie",
            sa.Enum(
                "aanmelden",
                "aanmelden-geweigerd",
                "afmelden",
                "organisatie-wisselen",
                "account-uitnodigen",
                "account-activeren",
                "wachtwoord-wijzigen",
                "herstelcode-gebruiken",
                "lezen",
                "zoeken",
                "toevoegen",
                "wijzigen",
                "verwijderen",
                "downloaden",
                "status-wijzigen",
                "mail-verzenden",
                "geweigerd",
                name="actie",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("gelukt", sa.Boolean(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=True),
        sa.Column("gebruiker_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("rollen", sa.String(length=200), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=True),
        sa.Column("noun", sa.String(length=40), nullable=True),
        sa.Column("object_id", sa.String(length=40), nullable=True),
        sa.Column("grond", sa.String(length=40), nullable=True),
        sa.Column("pagina", sa.String(length=80), nullable=True),
        sa.Column("adres", sa.String(length=45), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gebeurtenis", schema=None) as batch_op:
        batch_op.create_index("ix_gebeurtenis_dossier", ["swv_id", "hulpvraag_id", "op"], unique=False)
        batch_op.create_index("ix_gebeurtenis_persoon", ["swv_id", "gebruiker_id", "op"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column(
            "soort",
            sa.Enum(
                "samenwerkingsverband",
                "voorschool",
                "school",
                "partner",
                "exploitant",
                name="organisationsoort",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("swv_id", sa.Uuid(), nullable=True),
        sa.Column("platform", sa.String(length=80), nullable=True),
        sa.Column("meldadres", sa.String(length=254), nullable=True),
        sa.Column("status_in_mail", sa.Boolean(), nullable=False),
        sa.Column("actief", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_lijst", ["swv_id", "soort", "naam"], unique=False)

    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("lookup_hash"),
        sa.UniqueConstraint("uuid"),
    )
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.create_index("idx_api_key_lookup_hash", ["lookup_hash"], unique=True)
        batch_op.create_index("idx_api_key_prefix", ["key_prefix"], unique=False)
        batch_op.create_index("idx_api_key_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "role_id"),
    )
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.create_index("idx_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_group_role_id", ["role_id"], unique=False)

    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"],
            ["ab_permission.id"],
        ),
        sa.ForeignKeyConstraint(
            ["view_menu_id"],
            ["ab_view_menu.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_id", "view_menu_id"),
    )
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.create_index("idx_permission_id", ["permission_id"], unique=False)
        batch_op.create_index("idx_view_menu_id", ["view_menu_id"], unique=False)

    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["ab_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "group_id"),
    )
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.create_index("idx_user_group_id", ["group_id"], unique=False)
        batch_op.create_index("idx_user_id", ["user_id"], unique=False)

    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "role_id"),
    )
    op.create_table(
        "herstelcode",
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("gebruikt_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["gebruiker_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("herstelcode", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_herstelcode_gebruiker_id"), ["gebruiker_id"], unique=False)

    op.create_table(
        "inloggegevens",
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("wachtwoord_hash", sa.String(length=256), nullable=True),
        sa.Column("totp_geheim", sa.String(length=64), nullable=True),
        sa.Column("totp_stap", sa.Integer(), nullable=False),
        sa.Column("actief_sinds", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gebruiker_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("gebruiker_id"),
    )
    op.create_table(
        "kind",
        sa.Column("voornaam", sa.String(length=64), nullable=False),
        sa.Column("tussenvoegsel", sa.String(length=20), nullable=True),
        sa.Column("achternaam", sa.String(length=80), nullable=False),
        sa.Column("geboortedatum", sa.Date(), nullable=False),
        sa.Column("zoeknaam", sa.String(length=170), nullable=False),
        sa.Column("gewijzigd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("kind", schema=None) as batch_op:
        batch_op.create_index("ix_kind_dubbel", ["swv_id", "zoeknaam", "geboortedatum"], unique=False)
        batch_op.create_index("ix_kind_lijst", ["swv_id", "gewijzigd_op", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_kind_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "lidmaatschap",
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
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
        sa.Column("van", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("lidmaatschap", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lidmaatschap_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index("ix_lidmaatschap_persoon", ["gebruiker_id", "organisation_id"], unique=False)
        batch_op.create_index(
            "uq_lidmaatschap_lopend",
            ["gebruiker_id", "organisation_id", "rol"],
            unique=True,
            sqlite_where=sa.text("tot IS NULL"),
            postgresql_where=sa.text("tot IS NULL"),
        )

    op.create_table(
        "sessie",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("begonnen_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gezien_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beeindigd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["gebruiker_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    with op.batch_alter_table("sessie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessie_gebruiker_id"), ["gebruiker_id"], unique=False)

    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["permission_view_id"], ["ab_permission_view.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("permission_view_id", "role_id"),
    )
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.create_index("idx_permission_view_id", ["permission_view_id"], unique=False)
        batch_op.create_index("idx_role_id", ["role_id"], unique=False)

    op.create_table(
        "gezagsdrager",
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("naam", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("telefoon", sa.String(length=30), nullable=True),
        sa.Column("adres", sa.String(length=200), nullable=True),
        sa.Column("geheim_adres", sa.Boolean(), nullable=False),
        sa.Column(
            "gezag",
            sa.Enum("ja", "nee", "onbekend", name="gezag", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("gezag_bron", sa.String(length=120), nullable=True),
        sa.Column("gezag_datum", sa.Date(), nullable=True),
        sa.Column("gebruiker_id", sa.Integer(), nullable=True),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["kind_id"], ["kind.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gezagsdrager", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gezagsdrager_gebruiker_id"), ["gebruiker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_gezagsdrager_kind_id"), ["kind_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_gezagsdrager_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "hulpvraag",
        sa.Column("nummer", sa.String(length=20), nullable=False),
        sa.Column("kind_id", sa.Uuid(), nullable=False),
        sa.Column("voorschool_id", sa.Uuid(), nullable=False),
        sa.Column("contactpersoon_id", sa.Integer(), nullable=True),
        sa.Column("specialist_id", sa.Integer(), nullable=True),
        sa.Column("waarnemer_id", sa.Integer(), nullable=True),
        sa.Column("aangemaakt_door_id", sa.Integer(), nullable=False),
        sa.Column("aangemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("omschrijving", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "aanvraag",
                "bijlagen_toegevoegd",
                "onderwijsadvies",
                "aanmelden_school",
                "afgewezen",
                "jk_advies_afgerond",
                "advies_afgerond",
                "ingetrokken",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("status_sinds", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gewijzigd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("versie", sa.Integer(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["aangemaakt_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contactpersoon_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["kind_id"],
            ["kind.id"],
        ),
        sa.ForeignKeyConstraint(
            ["specialist_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["voorschool_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["waarnemer_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("nummer"),
    )
    with op.batch_alter_table("hulpvraag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hulpvraag_kind_id"), ["kind_id"], unique=False)
        batch_op.create_index("ix_hulpvraag_lijst", ["swv_id", "gewijzigd_op", "id"], unique=False)
        batch_op.create_index("ix_hulpvraag_status", ["swv_id", "status", "gewijzigd_op", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hulpvraag_swv_id"), ["swv_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hulpvraag_voorschool_id"), ["voorschool_id"], unique=False)

    op.create_table(
        "uitnodiging",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column(
            "soort",
            sa.Enum("account", "wachtwoord", name="uitnodigingsoort", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("gebruiker_id", sa.Integer(), nullable=False),
        sa.Column("lidmaatschap_id", sa.Uuid(), nullable=True),
        sa.Column("door_id", sa.Integer(), nullable=True),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verloopt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nieuw_wachtwoord", sa.String(length=256), nullable=True),
        sa.Column("nieuw_geheim", sa.String(length=64), nullable=True),
        sa.Column("bevestigd_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gebruikt_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["gebruiker_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["lidmaatschap_id"],
            ["lidmaatschap.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    with op.batch_alter_table("uitnodiging", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uitnodiging_gebruiker_id"), ["gebruiker_id"], unique=False)

    op.create_table(
        "betrokkenheid",
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("gebruiker_id", sa.Integer(), nullable=True),
        sa.Column(
            "grond",
            sa.Enum(
                "swv",
                "voorschool",
                "school",
                "zorgplicht",
                "overlegronde",
                "ouder",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("van", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bron_id", sa.Uuid(), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(organisation_id IS NULL) <> (gebruiker_id IS NULL)", name="ck_betrokkenheid_partij"
        ),
        sa.ForeignKeyConstraint(
            ["gebruiker_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
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
    with op.batch_alter_table("betrokkenheid", schema=None) as batch_op:
        batch_op.create_index(
            "ix_betrokkenheid_gebruiker", ["gebruiker_id", "grond", "hulpvraag_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_betrokkenheid_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index(
            "ix_betrokkenheid_organisation", ["organisation_id", "grond", "hulpvraag_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_betrokkenheid_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "bijlage",
        sa.Column(
            "soort",
            sa.Enum(
                "aanvraag",
                "observatieverslag",
                "onderwijsadvies",
                "toestemmingsformulier",
                "overig",
                name="bijlagesoort",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("titel", sa.String(length=200), nullable=False),
        sa.Column(
            "zichtbaarheid",
            sa.Enum("intern", "gedeeld", name="zichtbaarheid", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "stadium",
            sa.Enum("concept", "definitief", name="stadium", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("toegevoegd_door_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("toegevoegd_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ingetrokken_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grootte", sa.BigInteger(), nullable=False),
        sa.Column("mimetype", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sleutel", sa.String(length=64), nullable=False),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["toegevoegd_door_id"],
            ["ab_user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sleutel"),
    )
    with op.batch_alter_table("bijlage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bijlage_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_bijlage_lijst", ["hulpvraag_id", "toegevoegd_op", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bijlage_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "notitie",
        sa.Column("tekst", sa.Text(), nullable=False),
        sa.Column(
            "zichtbaarheid",
            sa.Enum("intern", "gedeeld", name="zichtbaarheid", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("geschreven_door_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("geschreven_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["geschreven_door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
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
    with op.batch_alter_table("notitie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notitie_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index("ix_notitie_lijst", ["hulpvraag_id", "geschreven_op", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_notitie_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "statuswijziging",
        sa.Column("overgang", sa.String(length=40), nullable=False),
        sa.Column(
            "van",
            sa.Enum(
                "aanvraag",
                "bijlagen_toegevoegd",
                "onderwijsadvies",
                "aanmelden_school",
                "afgewezen",
                "jk_advies_afgerond",
                "advies_afgerond",
                "ingetrokken",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "naar",
            sa.Enum(
                "aanvraag",
                "bijlagen_toegevoegd",
                "onderwijsadvies",
                "aanmelden_school",
                "afgewezen",
                "jk_advies_afgerond",
                "advies_afgerond",
                "ingetrokken",
                name="status",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("door_id", sa.Integer(), nullable=False),
        sa.Column("namens_id", sa.Uuid(), nullable=False),
        sa.Column("op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("toelichting", sa.Text(), nullable=True),
        sa.Column("terug_id", sa.Uuid(), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=False),
        sa.Column("swv_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(["hulpvraag_id"], ["hulpvraag.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["namens_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["terug_id"],
            ["statuswijziging.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("statuswijziging", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statuswijziging_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statuswijziging_op"), ["op"], unique=False)
        batch_op.create_index(batch_op.f("ix_statuswijziging_swv_id"), ["swv_id"], unique=False)

    op.create_table(
        "bericht",
        sa.Column("swv_id", sa.Uuid(), nullable=True),
        sa.Column("soort", sa.String(length=60), nullable=False),
        sa.Column("ontvanger_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("hulpvraag_id", sa.Uuid(), nullable=True),
        sa.Column("statuswijziging_id", sa.Uuid(), nullable=True),
        sa.Column("uitnodiging_id", sa.Uuid(), nullable=True),
        sa.Column("afscheid", sa.Boolean(), nullable=False),
        sa.Column("leesbaar_tot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sleutel", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("gemaakt_op", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gelezen_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "wacht",
                "verzonden",
                "vervallen",
                "mislukt",
                "afgehandeld",
                name="berichtstatus",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pogingen", sa.Integer(), nullable=False),
        sa.Column("volgende_poging", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bezig_tot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verzonden_op", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fout",
            sa.Enum(
                "niemand", "adres", "geweigerd", "onbereikbaar", name="mailfout", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hulpvraag_id"],
            ["hulpvraag.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ontvanger_id"],
            ["ab_user.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["statuswijziging_id"],
            ["statuswijziging.id"],
        ),
        sa.ForeignKeyConstraint(
            ["swv_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(["uitnodiging_id"], ["uitnodiging.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
        sa.UniqueConstraint("sleutel"),
    )
    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bericht_hulpvraag_id"), ["hulpvraag_id"], unique=False)
        batch_op.create_index(
            "ix_bericht_postvak", ["ontvanger_id", "organisation_id", "gemaakt_op", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bericht_swv_id"), ["swv_id"], unique=False)
        batch_op.create_index("ix_bericht_wachtrij", ["status", "volgende_poging"], unique=False)

    _isolate_swvs()


def downgrade() -> None:
    with op.batch_alter_table("bericht", schema=None) as batch_op:
        batch_op.drop_index("ix_bericht_wachtrij")
        batch_op.drop_index(batch_op.f("ix_bericht_swv_id"))
        batch_op.drop_index("ix_bericht_postvak")
        batch_op.drop_index(batch_op.f("ix_bericht_hulpvraag_id"))

    op.drop_table("bericht")
    with op.batch_alter_table("statuswijziging", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_statuswijziging_swv_id"))
        batch_op.drop_index(batch_op.f("ix_statuswijziging_op"))
        batch_op.drop_index(batch_op.f("ix_statuswijziging_hulpvraag_id"))

    op.drop_table("statuswijziging")
    with op.batch_alter_table("notitie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notitie_swv_id"))
        batch_op.drop_index("ix_notitie_lijst")
        batch_op.drop_index(batch_op.f("ix_notitie_hulpvraag_id"))

    op.drop_table("notitie")
    with op.batch_alter_table("bijlage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bijlage_swv_id"))
        batch_op.drop_index("ix_bijlage_lijst")
        batch_op.drop_index(batch_op.f("ix_bijlage_hulpvraag_id"))

    op.drop_table("bijlage")
    with op.batch_alter_table("betrokkenheid", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_betrokkenheid_swv_id"))
        batch_op.drop_index("ix_betrokkenheid_organisation")
        batch_op.drop_index(batch_op.f("ix_betrokkenheid_hulpvraag_id"))
        batch_op.drop_index("ix_betrokkenheid_gebruiker")

    op.drop_table("betrokkenheid")
    with op.batch_alter_table("uitnodiging", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uitnodiging_gebruiker_id"))

    op.drop_table("uitnodiging")
    with op.batch_alter_table("hulpvraag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hulpvraag_voorschool_id"))
        batch_op.drop_index(batch_op.f("ix_hulpvraag_swv_id"))
        batch_op.drop_index("ix_hulpvraag_status")
        batch_op.drop_index("ix_hulpvraag_lijst")
        batch_op.drop_index(batch_op.f("ix_hulpvraag_kind_id"))

    op.drop_table("hulpvraag")
    with op.batch_alter_table("gezagsdrager", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gezagsdrager_swv_id"))
        batch_op.drop_index(batch_op.f("ix_gezagsdrager_kind_id"))
        batch_op.drop_index(batch_op.f("ix_gezagsdrager_gebruiker_id"))

    op.drop_table("gezagsdrager")
    with op.batch_alter_table("ab_permission_view_role", schema=None) as batch_op:
        batch_op.drop_index("idx_role_id")
        batch_op.drop_index("idx_permission_view_id")

    op.drop_table("ab_permission_view_role")
    with op.batch_alter_table("sessie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessie_gebruiker_id"))

    op.drop_table("sessie")
    with op.batch_alter_table("lidmaatschap", schema=None) as batch_op:
        batch_op.drop_index("uq_lidmaatschap_lopend")
        batch_op.drop_index("ix_lidmaatschap_persoon")
        batch_op.drop_index(batch_op.f("ix_lidmaatschap_organisation_id"))

    op.drop_table("lidmaatschap")
    with op.batch_alter_table("kind", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kind_swv_id"))
        batch_op.drop_index("ix_kind_lijst")
        batch_op.drop_index("ix_kind_dubbel")

    op.drop_table("kind")
    op.drop_table("inloggegevens")
    with op.batch_alter_table("herstelcode", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_herstelcode_gebruiker_id"))

    op.drop_table("herstelcode")
    op.drop_table("ab_user_role")
    with op.batch_alter_table("ab_user_group", schema=None) as batch_op:
        batch_op.drop_index("idx_user_id")
        batch_op.drop_index("idx_user_group_id")

    op.drop_table("ab_user_group")
    with op.batch_alter_table("ab_permission_view", schema=None) as batch_op:
        batch_op.drop_index("idx_view_menu_id")
        batch_op.drop_index("idx_permission_id")

    op.drop_table("ab_permission_view")
    with op.batch_alter_table("ab_group_role", schema=None) as batch_op:
        batch_op.drop_index("idx_group_role_id")
        batch_op.drop_index("idx_group_id")

    op.drop_table("ab_group_role")
    with op.batch_alter_table("ab_api_key", schema=None) as batch_op:
        batch_op.drop_index("idx_api_key_user_id")
        batch_op.drop_index("idx_api_key_prefix")
        batch_op.drop_index("idx_api_key_lookup_hash")

    op.drop_table("ab_api_key")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_lijst")

    op.drop_table("organisation")
    with op.batch_alter_table("gebeurtenis", schema=None) as batch_op:
        batch_op.drop_index("ix_gebeurtenis_persoon")
        batch_op.drop_index("ix_gebeurtenis_dossier")

    op.drop_table("gebeurtenis")
    op.drop_table("ab_view_menu")
    op.drop_table("ab_user")
    op.drop_table("ab_role")
    op.drop_table("ab_register_user")
    op.drop_table("ab_permission")
    op.drop_table("ab_group")
    with op.batch_alter_table("aanmeldpoging", schema=None) as batch_op:
        batch_op.drop_index("ix_aanmeldpoging_budget")

    op.drop_table("aanmeldpoging")
