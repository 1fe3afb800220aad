"""Making a network: cases, split, augmentation, fit, release. Nothing here is imported by the pages."""
