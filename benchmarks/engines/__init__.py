"""The shipped network in other engines, to be timed and compared with the one that serves it.

A module here has `contenders(setup)`; `lineup` says which there are. Each needs a package that serving does not, and
only its own, so that one that is missing leaves out one engine.
"""
