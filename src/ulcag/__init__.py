"""ULC-AG: uncertain label correction via auxiliary action unit graphs for facial expression recognition."""

__version__ = "0.1.0"
