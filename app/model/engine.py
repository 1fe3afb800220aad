"""What runs the network on planes, wherever that is: in this process, in others beside it, on other machines."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Engine(Protocol):
    """A loaded network. Safe to use from any thread; two engines of one checkpoint and precision say the same."""

    sha256: str
    """Of the checkpoint's network."""
    channels: int
    """Planes that it wants to see for each slice: those of the sequences, of the slice itself and its neighbours."""

    def forward(self, planes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        """`(n, rows, columns, channels)` planes to tumour logits, log(p / (1 - p)), and to which of the three tumour
        classes is the likeliest, 0 to 2; `(n, rows, columns)` each.
        """
        ...

    def look(self, planes: NDArray[np.float32], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """What counted for some pixels: `(n, rows, columns)`, 0 or more; see `grad_cam`.

        Args:
            planes: as for `forward`.
            pixels: `(n, rows, columns)`, how much each one counts.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds outside this process; it is not used after that."""
        ...
