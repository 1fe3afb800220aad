"""How a quantity changed, and what the figures of RANO say of a change; arithmetic, and never a diagnosis.

Source of the figures: P. Y. Wen et al., "Updated response assessment criteria for high-grade gliomas", J Clin Oncol
28(11), 2010. There they are of enhancing tumour, and count only with steroids, the patient's state and a second scan;
here they are of whatever the network marks.
"""

from dataclasses import dataclass
from enum import StrEnum

GREW, SHRANK = 0.25, 0.50
"""From which share of growth, and of shrinking, on."""
EXACT = 1e-9
"""Shares that differ by less are equal: 12.5 is 25 % more than 10, whatever the floating point says."""


@dataclass(frozen=True)
class Change:
    """A quantity at both time points."""

    before: float
    after: float

    @property
    def difference(self) -> float:
        """In its own unit."""
        return self.after - self.before

    @property
    def share(self) -> float | None:
        """Of what it was, -1 to infinity; None where it was 0."""
        return self.difference / self.before if self.before > 0 else None


class Category(StrEnum):
    """What the figures say of a sum of products."""

    GREW = "The sum of products grew by 25 % or more"
    BETWEEN = "The sum of products grew by less than 25 % and shrank by less than 50 %"
    SHRANK = "The sum of products shrank by 50 % or more"
    GONE = "Nothing is left of the target lesions"
    UNDEFINED = "No lesion at the baseline is measurable"


def category_of(sum_of_products: Change) -> Category:
    """From the sums at both time points, in mm²; a sum of 0 at the baseline means that nothing was measurable."""
    share = sum_of_products.share
    if share is None:
        return Category.UNDEFINED
    if sum_of_products.after <= 0:
        return Category.GONE
    if share >= GREW - EXACT:
        return Category.GREW
    return Category.SHRANK if share <= EXACT - SHRANK else Category.BETWEEN
