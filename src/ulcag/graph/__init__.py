"""Stage: which action units occur together (Eq. 5)."""
