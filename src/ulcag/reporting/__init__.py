"""Room: tables and figures over runs."""
