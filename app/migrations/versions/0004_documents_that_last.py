"""Documents that last: their keys, their versions, and the virus scan

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("bijlage", schema=None) as batch_op:
        batch_op.add_column(sa.Column("datasleutel", sa.LargeBinary(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("kek", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("controle", sa.String(length=40), nullable=False, server_default="overgeslagen")
        )
        batch_op.add_column(sa.Column("gecontroleerd_op", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reeks_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("volgnummer", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("vervangen_op", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key("fk_bijlage_reeks_id", "bijlage", ["reeks_id"], ["id"])
        batch_op.create_index("ix_bijlage_reeks_id", ["reeks_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("bijlage", schema=None) as batch_op:
        batch_op.drop_index("ix_bijlage_reeks_id")
        batch_op.drop_constraint("fk_bijlage_reeks_id", type_="foreignkey")
        for name in (
            "vervangen_op",
            "volgnummer",
            "reeks_id",
            "gecontroleerd_op",
            "controle",
            "kek",
            "datasleutel",
        ):
            batch_op.drop_column(name)
