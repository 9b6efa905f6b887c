"""Stage: predictions and metrics of a run."""
