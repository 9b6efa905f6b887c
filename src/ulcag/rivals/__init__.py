"""Other authors' methods, re-implemented from their papers: one or two files each."""
