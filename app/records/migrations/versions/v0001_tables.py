"""The tables as they first were."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
_SHA256 = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_THERE, _DELETED = sa.text("deletion_id IS NULL"), sa.text("deletion_id IS NOT NULL")
_THERE_ITSELF = sa.text("deletion_id IS NULL AND merged_into IS NULL")


def upgrade() -> None:
    """Make them."""
    _audit_and_deletions()
    _patients()
    _studies()
    _segmentations()


def _audit_and_deletions() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("act", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", _SHA256, nullable=False),
        sa.Column("digest", _SHA256, nullable=False),
        sa.PrimaryKeyConstraint("number", name="audit_key"),
        sa.UniqueConstraint("digest", name="one_audit_by_digest"),
    )
    op.create_table(
        "deletions",
        sa.Column("id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("what", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="deletions_key"),
    )


def _patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", _ID, nullable=False),
        sa.Column("pseudonym", sa.String(80), nullable=False),
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("searched", sa.Text(), nullable=False),
        sa.Column("birth_year", sa.Integer()),
        sa.Column("sex", sa.String(10)),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("archived_at", _MOMENT),
        sa.Column("merged_into", _ID),
        sa.Column("deletion_id", _ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="patients_key"),
        sa.ForeignKeyConstraint(["merged_into"], ["patients.id"], name="patients_merged_into"),
        sa.ForeignKeyConstraint(["deletion_id"], ["deletions.id"], name="patients_deletion_id"),
    )
    _index("one_pseudonym_once", "patients", ["key"], _THERE_ITSELF, unique=True)
    _index("patients_by_merged_into", "patients", ["merged_into"], sa.text("merged_into IS NOT NULL"))
    _index("patients_by_deletion_id", "patients", ["deletion_id"], _DELETED)


def _studies() -> None:
    op.create_table(
        "studies",
        sa.Column("id", _ID, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("taken_on", sa.Date()),
        sa.Column("sequences", sa.String(40), nullable=False),
        sa.Column("slices", sa.Integer(), nullable=False),
        sa.Column("source_sha256", _SHA256, nullable=False),
        sa.Column("scan_file", _SHA256, nullable=False),
        sa.Column("thumbnail_file", _SHA256, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("deletion_id", _ID),
        sa.PrimaryKeyConstraint("id", name="studies_key"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="studies_patient_id"),
        sa.ForeignKeyConstraint(["deletion_id"], ["deletions.id"], name="studies_deletion_id"),
    )
    _index("one_scan_once", "studies", ["patient_id", "source_sha256"], _THERE, unique=True)
    op.create_index("studies_of_patient", "studies", ["patient_id", "taken_on", "created_at", "id", "deletion_id"])
    op.create_index("studies_of_scan", "studies", ["source_sha256"])
    _index("studies_by_deletion_id", "studies", ["deletion_id"], _DELETED)


def _segmentations() -> None:
    op.create_table(
        "segmentations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("study_id", _ID, nullable=False),
        sa.Column("checkpoint_sha256", _SHA256, nullable=False),
        sa.Column("preprocessing", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("slice", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.String(10), nullable=False),
        sa.Column("smallest", sa.Integer(), nullable=False),
        sa.Column("result_file", _SHA256, nullable=False),
        sa.Column("card_file", _SHA256, nullable=False),
        sa.Column("mask_sha256", _SHA256, nullable=False),
        sa.Column("voxels", sa.BigInteger(), nullable=False),
        sa.Column("volume_ml", sa.Double()),
        sa.Column("lesions", sa.Integer(), nullable=False),
        sa.Column("measurements", sa.JSON(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("created_by", sa.String(200), nullable=False),
        sa.Column("review", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reviewed_at", _MOMENT),
        sa.Column("reviewed_by", sa.String(200)),
        sa.Column("deletion_id", _ID),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="segmentations_key"),
        sa.ForeignKeyConstraint(["study_id"], ["studies.id"], name="segmentations_study_id"),
        sa.ForeignKeyConstraint(["deletion_id"], ["deletions.id"], name="segmentations_deletion_id"),
    )
    looked_up = ["study_id", "created_at", "id", "volume_ml", "review", "deletion_id"]
    op.create_index("segmentations_of_study", "segmentations", looked_up)
    _index("segmentations_by_deletion_id", "segmentations", ["deletion_id"], _DELETED)


def _index(name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
