"""A probability as a file that overlays the scan it was made from; one module a format."""

from app.exports.by_source import export_mask, export_probability, file_name
from app.exports.save import save

__all__ = ["export_mask", "export_probability", "file_name", "save"]
