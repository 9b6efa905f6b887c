"""Stage: reads a data set as its owners ship it, and injects label noise."""
