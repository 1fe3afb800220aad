"""The columns of a cohort's table: what each is called, what is in it, and where that is from."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "whole", "real", "yes or no"]


@dataclass(frozen=True)
class Column:
    """One column; an empty cell is what is not known or not defined."""

    name: str
    kind: Kind
    says: str
    """What is in it, for people."""


COLUMNS = (
    Column("study", "text", "name of the study in this cohort, and of its folder in studies"),
    Column("status", "text", "done, or problem"),
    Column("problem", "text", "why there is no result"),
    Column("kind", "text", "what the files are"),
    Column("sequences", "text", "what the network was given"),
    Column("slices", "whole", "voxels along z, towards the head"),
    Column("rows", "whole", "voxels along y, towards the back"),
    Column("columns", "whole", "voxels along x, towards the patient's left"),
    Column("slice_mm", "real", "distance of slices; empty where the files give none, as all in mm and ml"),
    Column("row_mm", "real", "distance of rows"),
    Column("column_mm", "real", "distance of columns"),
    Column("threshold", "real", "probability from which on a voxel counts as tumour"),
    Column("tumour_voxels", "whole", "voxels of the mask at the threshold"),
    Column("tumour_ml", "real", "their volume"),
    Column("necrotic_core_ml", "real", "of the mask, where the network finds necrotic core likeliest"),
    Column("oedema_ml", "real", "of the mask, where the network finds oedema likeliest"),
    Column("enhancing_ml", "real", "of the mask, where the network finds enhancing tumour likeliest"),
    Column("lesions", "whole", "26-connected parts of the mask that are large enough to be measured"),
    Column("largest_lesion_voxels", "whole", "voxels of the largest one"),
    Column("largest_lesion_ml", "real", "its volume"),
    Column("longest_diameter_mm", "real", "its longest axial diameter"),
    Column("reference_ml", "real", "volume of the reference mask"),
    Column("precision", "real", "share of the mask that is in the reference"),
    Column("recall", "real", "share of the reference that is in the mask"),
    Column("dice", "real", "Dice coefficient of mask and reference"),
    Column("like_calibration", "yes or no", "whether the scan looks like those of the calibration patients"),
    Column("shift_p", "real", "share of patients like those who look as unlike them as this scan (shift test)"),
    Column("guarantee_alpha", "real", "bound on the share of tumour that is missed on average"),
    Column("guarantee_threshold", "real", "largest threshold that holds the bound, where it is guaranteed"),
    Column("guarantee_reason", "text", "why nothing is guaranteed"),
    Column("left_out", "text", "exports that the study cannot have, and why"),
    Column("notes", "text", "what has to be known about how the files were read"),
    Column("study_sha256", "text", "digest of what the network saw"),
    Column("checkpoint_sha256", "text", "digest of the network"),
    Column("computed_in", "text", "arithmetic of the network"),
    Column("version", "text", "of Gliolens"),
)
"""In the order of the table."""


def class_column(name: str) -> str:
    """The column for the volume of a tumour class, as `decision.palette` calls it."""
    return f"{name.replace(' ', '_')}_ml"
