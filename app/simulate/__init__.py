"""Simulated MRI of brain tumours with exact labels. Needs nilearn, which serving does not."""
