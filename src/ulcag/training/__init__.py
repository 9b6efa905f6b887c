"""Room: trains one arm with one seed."""
