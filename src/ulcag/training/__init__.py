"""Stage: trains one arm with one seed."""
