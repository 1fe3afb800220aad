"""Simulated MRI of brain tumours with exact labels. Needs nilearn and scikit-image, which serving does not."""
