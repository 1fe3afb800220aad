"""All hostile cases, family by family."""

import affine_cases
import archive_cases
import dicom_cases
import dicom_pixel_cases
import gzip_cases
import jpeg_cases
import name_cases
import nifti_cases
import png_cases
import tiff_cases
import volume_cases
from case import Case

FAMILIES: dict[str, list[Case]] = {
    "nifti": [*nifti_cases.CASES, *affine_cases.CASES],
    "gzip": gzip_cases.CASES,
    "png": png_cases.CASES,
    "jpg": jpeg_cases.CASES,
    "tif": tiff_cases.CASES,
    "dicom": [*dicom_cases.CASES, *dicom_pixel_cases.CASES],
    "zip": archive_cases.CASES,
    "volumes": volume_cases.CASES,
    "names": name_cases.CASES,
}
CASES = [case for cases in FAMILIES.values() for case in cases]
