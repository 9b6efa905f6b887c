"""Action units read off a picture: features of dlib's face network, frozen, and a small network that was fitted to
rendered faces, whose true action units are known. docs/action-unit-reader.md is its model card.
"""
