"""Scans and masks in folders of their own, as the Medical Segmentation Decathlon has them: `imagesTr`, `labelsTr`."""

import re
from collections.abc import Mapping
from pathlib import Path

_IMAGES = re.compile(r"images(?P<part>tr|ts|val)?", re.IGNORECASE)


def masks_apart(folders: Mapping[Path, list[Path]]) -> tuple[dict[Path, list[Path]], dict[Path, Path]]:
    """Take the folders of masks out.

    Args:
        folders: the volumes of each folder.

    Returns:
        The folders without those of masks that lie beside one of scans, and for each scan that has one its mask, which
        has the name of the scan.
    """
    left = dict(folders)
    mask_of: dict[Path, Path] = {}
    for folder, scans in folders.items():
        named = _IMAGES.fullmatch(folder.name)
        masks = left.pop(folder.with_name(f"labels{named['part'] or ''}"), None) if named else None
        by_name = {mask.name: mask for mask in masks or ()}
        mask_of |= {scan: by_name[scan.name] for scan in scans if scan.name in by_name}
    return left, mask_of
