"""Room: predictions and metrics of a run."""
