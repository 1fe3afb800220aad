"""The pages: thin, each a `render()` called at the bottom of its file. They put the rooms below together."""
