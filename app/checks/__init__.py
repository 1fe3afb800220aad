"""Whether this installation can do its work: one file for each thing that it stands on; `run` asks them all."""
