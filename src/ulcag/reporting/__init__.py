"""Stage: tables and figures over runs."""
